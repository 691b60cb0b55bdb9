// Judges a credential as a stranger would: Digital Bazaar's reference implementation, 1EdTech's schema.
// Reads {documents, credential, schema} from standard input; what is not among the documents is not there.
import {readFileSync} from 'node:fs';
import {Ajv, DataIntegrityProof, addFormats, cryptosuite, statusList, vc} from './vendor/digitalbazaar-vc@7/verifier.mjs';

const {documents, credential, schema} = JSON.parse(readFileSync(0, 'utf8'));
const documentLoader = async (url) => {
  if (!Object.hasOwn(documents, url)) throw new Error(`Nothing is fetched: ${url}`);
  return {contextUrl: null, documentUrl: url, document: documents[url]};
};
const suite = () => new DataIntegrityProof({cryptosuite});
const checkStatus = (options) => statusList.checkStatus({
  ...options, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true,
});
const verified = await vc.verifyCredential({credential, suite: suite(), documentLoader, checkStatus});
const errors = [verified.error, ...(verified.error?.errors ?? [])].filter(Boolean).map((each) => each.message);

const ajv = new Ajv({strict: false, allErrors: true});
addFormats(ajv);
const conforms = ajv.compile(schema);
const schemaFits = conforms(credential);
console.log(JSON.stringify({
  verified: verified.verified, status: verified.statusResult ?? null, errors, schemaFits,
  schemaErrors: conforms.errors,
}));
