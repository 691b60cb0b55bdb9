// Checks certificates without any network: the same as prm/certification/credentials/checking.py.
// It is put into a page of its own (templates/certification/offline_checker.html), which carries an
// issuer's keys and status lists; nothing here may fetch.
"use strict";

(() => {
  const {jsonld, ed25519, decodeQR} = globalThis.checkerLibraries;
  const embedded = (id) => JSON.parse(document.getElementById(id).textContent);
  const contexts = embedded("contexts");
  const words = embedded("words");
  const MAX_BYTES = 10_000_000, MAX_UNPACKED = 1_000_000, MAX_VALUES = 4000, MAX_NAMELESS = 24;
  const SUITE = "eddsa-rdfc-2022", KEYWORD = "openbadgecredential", SEPARATOR = "\x1f";
  const NAMESPACE = ' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"';
  const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  // What a credential has even where it is damaged.
  const MARKS = [SUITE, "www.w3.org/ns/credentials/v2"];
  const LEVELS = ["foundation", "advanced", "expert"];
  const utf8 = new TextEncoder();
  const text = (bytes) => new TextDecoder("utf-8", {fatal: true}).decode(bytes);
  const latin = (bytes) => {
    let found = "";
    for (let at = 0; at < bytes.length; at += 8192) found += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return found;
  };

  class Refused extends Error {
    constructor(verdict, reason) { super(reason); this.verdict = verdict; this.reason = reason; }
  }
  const trust = {keys: new Map(), leaves: [], roots: [], lists: new Map(), addresses: new Map(), asOf: null};

  // ---- bytes
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (digits) => Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
  const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
  const fromBase64 = (letters) => Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const toBase64 = (bytes) => btoa(latin(bytes));

  function fromBase58(letters) {
    if (typeof letters !== "string" || letters[0] !== "z" || letters.length > 200) throw new Error("base 58");
    let number = 0n;
    for (const letter of letters.slice(1)) {
      const digit = BASE58.indexOf(letter);
      if (digit < 0) throw new Error("base 58");
      number = number * 58n + BigInt(digit);
    }
    const digits = number ? number.toString(16) : "";
    const zeros = letters.slice(1).match(/^1*/)[0].length;
    return joined(new Uint8Array(zeros), unhex(digits.length % 2 ? "0" + digits : digits));
  }

  function fromBase32(letters) {
    const bytes = [];
    let value = 0, bits = 0;
    for (const letter of letters) {
      const digit = BASE32.indexOf(letter);
      if (digit < 0) throw new Error("base 32");
      value = (value << 5) | digit;
      bits += 5;
      if (bits >= 8) { bits -= 8; bytes.push((value >> bits) & 255); value &= (1 << bits) - 1; }
    }
    if (value) throw new Error("base 32"); // no other way to write it
    return Uint8Array.from(bytes);
  }

  async function unpacked(bytes, form) {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(form)).getReader();
    const parts = [];
    let size = 0;
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return joined(...parts);
      parts.push(value);
      size += value.length;
      if (size > MAX_UNPACKED) { await reader.cancel(); throw new Error("too large"); }
    }
  }

  // ---- signatures
  async function isSignedBy(multibase, signature, message) {
    const raw = fromBase58(multibase);
    if (raw.length !== 34 || raw[0] !== 0xed || raw[1] !== 1) throw new Error("not an Ed25519 key");
    const key = raw.slice(2);
    try {
      const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", known, signature, message);
    } catch (error) { // a browser whose WebCrypto has no Ed25519
      if (signature.length !== 64) return false;
      return ed25519.verify(signature, message, key);
    }
  }

  async function documentLoader(url) {
    if (!Object.hasOwn(contexts, url)) throw new Error("unknown context");
    return {contextUrl: null, documentUrl: url, document: contexts[url]};
  }
  const canonical = (document) => jsonld.canonize(document, {
    algorithm: "RDFC-1.0", format: "application/n-quads", documentLoader, base: null, safe: true,
  });

  // What no document of ours is: large, or made to be canonicalized for ever.
  function measure(document) {
    for (const url of [document["@context"]].flat()) {
      if (typeof url !== "string" || !Object.hasOwn(contexts, url)) throw new Error("unknown context");
    }
    let values = 0, nameless = 0;
    const walk = (value, depth) => {
      if (value === null || typeof value !== "object") return;
      if (depth > 24) throw new Error("too deep");
      if (Array.isArray(value) && new Set(value.map((each) => JSON.stringify(each))).size < value.length) {
        throw new Error("listed twice");
      }
      for (const [name, each] of Object.entries(value)) {
        if (depth && name === "@context") throw new Error("brings a context");
        if (typeof each === "string" && each.startsWith("_:")) throw new Error("nameless");
        const isObject = each !== null && typeof each === "object" && !Array.isArray(each);
        if (isObject && !Object.hasOwn(each, "id") && !Object.hasOwn(each, "@id")) nameless += 1;
        values += 1;
        if (values > MAX_VALUES || nameless > MAX_NAMELESS) throw new Error("too large");
        walk(each, depth + 1);
      }
    };
    walk(document, 0);
  }

  const proofsOf = (document) => [document.proof ?? []].flat().filter((p) => p && typeof p === "object");

  async function isProved(document, proof, key) {
    if (proof.type !== "DataIntegrityProof" || proof.cryptosuite !== SUITE) throw new Error("suite");
    if (proof.proofPurpose !== "assertionMethod") throw new Error("purpose");
    const {proof: _proofs, ...unsigned} = document;
    const {proofValue, "@context": _context, ...options} = proof;
    measure(unsigned);
    const configured = {"@context": unsigned["@context"], ...options};
    const hashes = [];
    for (const each of [configured, unsigned]) {
      hashes.push(await digest("SHA-256", utf8.encode(await canonical(each))));
    }
    return isSignedBy(key.multibase, fromBase58(proofValue), joined(...hashes));
  }

  // Only what the contexts define is signed, so only that is shown.
  async function readSigned(document) {
    const {proof: _proofs, ...unsigned} = document;
    return jsonld.compact(unsigned, unsigned["@context"], {documentLoader, base: null});
  }

  // ---- what is trusted
  const certificatesIn = (pem) => pem.split(/-----END [^-]+-----/).slice(0, -1)
    .map((each) => fromBase64(each.replace(/-----[^-]+-----|\s/g, "")));
  function addKeys(file) {
    if (!file || file.format !== "prm-issuer-keys-1") throw new Error("no keys");
    for (const each of file.keys) {
      fromBase58(each.publicKeyMultibase);
      const did = each.id.split("#")[0];
      trust.keys.set(each.id, {
        method: each.id, multibase: each.publicKeyMultibase, did, issuer: file.issuer.name, revoked: each.revoked,
      });
      trust.addresses.set(did, file.issuer.url);
    }
    for (const each of file.documentCertificates) {
      if (each.revoked) continue;
      trust.leaves.push(...certificatesIn(each.certificate));
      trust.roots.push(...certificatesIn(each.root));
    }
    trust.asOf = file.asOf;
  }

  async function addList(document) {
    if (![document.type].flat().includes("BitstringStatusListCredential")) throw new Error("no list");
    for (const proof of proofsOf(document)) {
      const key = trust.keys.get(proof.verificationMethod);
      if (!key || key.revoked || key.did !== document.issuer) continue;
      if (await isProved(document, proof, key)) {
        const known = trust.lists.get(document.id);
        if (!known || known.validFrom < document.validFrom) trust.lists.set(document.id, document);
        return;
      }
    }
    throw new Error("not signed by a known issuer");
  }

  async function lookUp(key, address, index) {
    const list = trust.lists.get(address);
    if (!list || list.issuer !== key.did || !Number.isInteger(index) || index < 0) return [null, null];
    try {
      const encoded = list.credentialSubject.encodedList;
      const bits = await unpacked(fromBase64(encoded.slice(1).replaceAll("-", "+").replaceAll("_", "/")), "gzip");
      if (index >= bits.length * 8) return [null, null];
      return [(bits[index >> 3] & (0x80 >> (index & 7))) !== 0, list.validFrom];
    } catch (error) { return [null, null]; }
  }

  // ---- verdicts
  function judged(kind, stated, since, until, isRevoked, asOf, at) {
    let verdict = "valid";
    if (isRevoked) verdict = "revoked";
    else if (until && new Date(until) < at) verdict = "expired";
    else if (since && new Date(since) > at) verdict = "not_yet_valid";
    const unchecked = isRevoked === null ? ["revocation", "renewal", "person"] : ["renewal", "person"];
    if (kind === "qr") unchecked.push("printed_page");
    return {status: verdict, kind, reasons: [], ...stated, revocation_as_of: asOf, not_checked: unchecked};
  }

  function kindOf(bytes) {
    const start = latin(bytes.subarray(0, 1000)).replace(/^(\xef\xbb\xbf)?\s*/, "");
    if (start.startsWith("%PDF-")) return "pdf";
    if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
    if (start.startsWith("{")) return "json";
    return start.includes("<svg") ? "svg" : "qr";
  }

  async function check(bytes, at) {
    const kind = kindOf(bytes);
    let answer;
    try {
      if (bytes.length > MAX_BYTES) throw new Refused("unreadable", "too_large");
      answer = await checked(bytes, kind, at);
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused("unreadable", "no_certificate");
      answer = {
        status: refused.verdict, kind, reasons: [refused.reason], revocation_as_of: null, not_checked: [],
      };
    }
    return {...answer, sha256: hex(await digest("SHA-256", bytes))};
  }

  async function checked(bytes, kind, at) {
    if (kind === "qr") return checkCode(text(bytes).trim(), at);
    let credential = bytes, picture = null;
    if (kind === "pdf") credential = await fromPdf(bytes);
    if (kind === "png" || kind === "svg") {
      const baked = kind === "png" ? unbakePng(bytes) : unbakeSvg(bytes);
      if (!baked) throw new Refused("unreadable", "no_certificate");
      [credential, picture] = baked;
    }
    return checkCredential(credential, kind, picture, at);
  }

  async function checkCredential(bytes, kind, picture, at) {
    const isOther = kind === "json" && !MARKS.some((mark) => latin(bytes).includes(mark));
    const broken = isOther ? "unreadable" : "altered";
    let document;
    try { document = JSON.parse(text(bytes)); } catch (error) { throw new Refused(broken, "credential_changed"); }
    const proofs = document && typeof document === "object" ? proofsOf(document) : [];
    if (!proofs.length) throw new Refused(broken, "no_certificate");
    const key = trust.keys.get(proofs[0].verificationMethod);
    if (!key) throw new Refused("unknown_issuer", "key_unknown");
    if (key.revoked) throw new Refused("unknown_issuer", "key_revoked");
    const named = document.issuer && typeof document.issuer === "object" ? document.issuer.id : document.issuer;
    let fits = false, said, stated, status;
    try {
      fits = proofs.length === 1 && await isProved(document, proofs[0], key);
      said = await readSigned(document);
      stated = statedIn(said, key);
      status = said.credentialStatus;
    } catch (error) { throw new Refused("altered", "credential_changed"); }
    if (!fits || named !== key.did) throw new Refused("altered", "credential_changed");
    if (picture && !await isPictured(picture, said)) throw new Refused("altered", "picture_changed");
    const [isRevoked, asOf] = await lookUp(key, status.statusListCredential, Number(status.statusListIndex));
    return judged(kind, stated, said.validFrom, said.validUntil, isRevoked, asOf, at);
  }

  function statedIn(said, key) {
    const subject = said.credentialSubject, achievement = subject.achievement;
    const named = Object.fromEntries([subject.identifier].flat().map((each) => [each.identityType, each.identityHash]));
    const level = [achievement.alignment ?? []].flat()[0];
    if (named.name === undefined) throw new Error("no name");
    return {
      number: subject.licenseNumber, name: named.name, certification: achievement.name,
      level: level ? level.targetCode : null, issuer: key.issuer, partner: named["ext:company"] ?? null,
      valid_from: said.validFrom, valid_until: said.validUntil ?? null, verify_url: said.id,
    };
  }

  async function isPictured(picture, said) {
    const wanted = "sha384-" + toBase64(await digest("SHA-384", picture));
    return [said.relatedResource ?? []].flat().some((each) => each.digestSRI === wanted);
  }

  // ---- the text of a QR code
  function readCode(typed) {
    const last = typed.replace(/\/+$/, "").split("/").pop().slice(0, 100).replace(/[-–— \t]/g, "");
    const letters = last.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
    return /^[0-9A-HJKMNP-TV-Z]{28}$/.test(letters) ? letters.match(/.{4}/g).join("-") : null;
  }

  async function checkCode(typed, at) {
    const cut = typed.indexOf("#");
    const code = cut < 0 ? null : readCode(typed.slice(0, cut).trim());
    let packed;
    try { packed = fromBase32(typed.slice(cut + 1)); } catch (error) { packed = []; }
    if (!code || packed[0] !== 1 || packed.length <= 69) throw new Refused("unreadable", "no_certificate");
    let key = null;
    for (const each of trust.keys.values()) {
      const mark = (await digest("SHA-256", fromBase58(each.multibase).slice(2))).slice(0, 4);
      if (same(mark, packed.slice(1, 5))) { key = each; break; }
    }
    if (!key) throw new Refused("unknown_issuer", "key_unknown");
    if (key.revoked) throw new Refused("unknown_issuer", "key_revoked");
    const body = packed.slice(69);
    const message = joined(utf8.encode(["prm-qr-1", code, ""].join(SEPARATOR)), body);
    if (!await isSignedBy(key.multibase, packed.slice(5, 69), message)) throw new Refused("altered", "code_changed");
    const [name, certification, level, number, issued, expires, place] = text(body).split(SEPARATOR);
    const iso = (digits) => digits && `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
    const [list, index] = place.split(".").map(Number);
    const stated = {
      number, name, certification, level: LEVELS[Number(level) - 1], issuer: key.issuer, partner: null,
      valid_from: iso(issued), valid_until: iso(expires) || null, verify_url: null,
    };
    const [isRevoked, asOf] = await lookUp(key, `${trust.addresses.get(key.did)}/status/${list}.json`, index);
    const since = `${iso(issued)}T00:00:00Z`, until = expires ? `${iso(expires)}T23:59:59Z` : null;
    return judged("qr", stated, since, until, isRevoked, asOf, at);
  }

  // ---- pictures
  let crcTable = null;
  function crc(bytes) {
    crcTable ??= Array.from({length: 256}, (_, n) => {
      for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
      return n >>> 0;
    });
    let value = 0xffffffff;
    for (const byte of bytes) value = crcTable[(value ^ byte) & 255] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  }

  function unbakePng(bytes) {
    const damaged = () => new Refused("altered", "picture_changed");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const kept = [bytes.slice(0, 8)], found = [];
    for (let at = 8; at < bytes.length;) {
      if (at + 12 > bytes.length) throw damaged();
      const end = at + 12 + view.getUint32(at);
      if (end > bytes.length || crc(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw damaged();
      const start = latin(bytes.subarray(at + 4, Math.min(at + 8 + KEYWORD.length + 1, end)));
      if (start === `iTXt${KEYWORD}\0`) {
        const body = bytes.subarray(at + 8 + KEYWORD.length + 1, end - 4);
        const language = body.indexOf(0, 2), translated = body.indexOf(0, language + 1);
        if (body[0] !== 0 || language < 0 || translated < 0) throw damaged();
        found.push(body.slice(translated + 1));
      } else kept.push(bytes.slice(at, end));
      at = end;
    }
    if (found.length > 1) throw damaged();
    return found.length ? [found[0], joined(...kept)] : null;
  }

  function unbakeSvg(bytes) {
    const all = latin(bytes);
    const found = [...all.matchAll(/<openbadges:credential>\s*<!\[CDATA\[([^]*?)\]\]>\s*<\/openbadges:credential>/g)];
    if (found.length > 1) throw new Refused("altered", "picture_changed");
    if (!found.length) return null;
    const [match] = found;
    const rest = all.slice(0, match.index) + all.slice(match.index + match[0].length);
    const toBytes = (letters) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return [toBytes(match[1]), toBytes(rest.replace(NAMESPACE, ""))];
  }

  // ---- PDF: its own signature (CMS), then the credential inside
  function readDer(bytes, at) {
    let length = bytes[at + 1], start = at + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (!count || count > 4) throw new Error("length");
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i];
      start += count;
    }
    const end = start + length;
    if (!(end <= bytes.length)) throw new Error("short");
    return {tag: bytes[at], start, end, whole: bytes.slice(at, end), body: bytes.slice(start, end)};
  }
  function children(bytes) {
    const found = [];
    for (let at = 0; at < bytes.length;) {
      const each = readDer(bytes, at);
      found.push(each);
      at = each.end;
    }
    return found;
  }

  const leftPadded = (number, size) => {
    const bare = number[0] === 0 ? number.slice(1) : number;
    if (bare.length > size) throw new Error("number");
    return joined(new Uint8Array(size - bare.length), bare);
  };

  async function fromPdf(bytes) {
    const changed = () => new Refused("altered", "document_changed");
    const all = latin(bytes);
    let chosen = null, isAnyRange = false;
    for (const match of all.matchAll(/\/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]/g)) {
      const [start, before, after, rest] = match.slice(1).map(Number);
      isAnyRange = true;
      if (start === 0 && after > before && /^<[0-9a-f]+>$/.test(all.slice(before, after))) {
        chosen = {before, after, end: after + rest};
        break;
      }
    }
    if (!isAnyRange) throw new Refused("unreadable", "document_unsigned");
    if (!chosen || chosen.end !== bytes.length) throw changed();
    let isKnown, fits;
    try { [isKnown, fits] = await isDocumentSigned(bytes, all, chosen); } catch (error) { throw changed(); }
    if (!fits) throw changed();
    if (!isKnown) throw new Refused("unknown_issuer", "key_unknown");
    const credential = await attached(bytes, all);
    if (!credential) throw new Refused("unreadable", "no_certificate");
    return credential;
  }

  // How a signature is written is not covered by it: only the one way that ours are is taken.
  const PLAIN = {
    type: "06092a864886f70d010702", version: "020101", digests: "310f300d06096086480165030402010500",
    content: "300b06092a864886f70d010701", digest: "300d06096086480165030402010500",
  };
  const ECDSA = "300a06082a8648ce3d040302", RSA = "300d06092a864886f70d01010b0500";
  // By the object identifier in the certificate: of a curve, or of RSA.
  const KINDS = {
    "06082a8648ce3d030107": {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256", size: 32, signature: ECDSA},
    "06052b81040022": {name: "ECDSA", namedCurve: "P-384", hash: "SHA-256", size: 48, signature: ECDSA},
    "06092a864886f70d010101": {name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", size: 0, signature: RSA},
  };
  function isPlain(container, parts, signer, leaf, kind) {
    const [, serial, , issuer] = children(children(children(leaf.whole)[0].body)[0].body).map((each) => each.whole);
    return hex(children(container.body)[0].whole) === PLAIN.type
      && hex(parts[0].whole) === PLAIN.version && hex(parts[1].whole) === PLAIN.digests
      && hex(parts[2].whole) === PLAIN.content && hex(signer[0].whole) === PLAIN.version
      && same(signer[1].body, joined(issuer, serial)) && hex(signer[2].whole) === PLAIN.digest
      && hex(signer[4].whole) === kind.signature && signer[1].tag === 0x30 && signer[5].tag === 0x04;
  }

  // A time stamp is not covered by the signature: only one of this very signature may stand there. Whether
  // its service is to be trusted is not judged.
  async function isItsStamp(attributes, signature) {
    const STAMP = "060b2a864886f70d010910020e", STATED = "060b2a864886f70d0109100104";
    const all = children(attributes.body);
    const [name, values] = children(all[0].body);
    const tokens = children(values.body);
    if (all.length !== 1 || tokens.length !== 1 || hex(name.whole) !== STAMP) return false;
    const token = children(children(children(tokens[0].body)[1].body)[0].body);
    const [kind, content] = children(token[2].body);
    const stated = children(children(children(content.body)[0].body)[0].body);
    const imprint = children(stated[2].body)[1].body;
    return hex(kind.whole) === STATED && same(imprint, await digest("SHA-256", signature));
  }

  async function isDocumentSigned(bytes, all, {before, after, end}) {
    const hole = unhex(all.slice(before + 1, after - 1));
    const container = readDer(hole, 0);
    if (hole.subarray(container.end).some((byte) => byte)) return [true, false];
    const signedData = children(children(container.body)[1].body)[0];
    const parts = children(signedData.body);
    const certificates = children(parts.find((part) => part.tag === 0xa0).body);
    const signers = children(parts[parts.length - 1].body);
    if (parts.length !== 5 || signers.length !== 1) return [true, false];
    const signer = children(signers[0].body);
    const isStamped = signer.length === 7 && signer[6].tag === 0xa1;
    if (!(signer.length === 6 || isStamped) || signer[3].tag !== 0xa0) return [true, false];
    if (isStamped && !await isItsStamp(signer[6], signer[5].body)) return [true, false];
    const MESSAGE_DIGEST = "06092a864886f70d010904";
    const attribute = children(signer[3].body).map((each) => children(each.body))
      .find((pair) => hex(pair[0].whole) === MESSAGE_DIGEST);
    const wanted = children(attribute[1].body)[0].body;
    const actual = await digest("SHA-256", joined(bytes.subarray(0, before), bytes.subarray(after, end)));
    if (!same(wanted, actual)) return [true, false];
    const leaf = certificates.find((each) => trust.leaves.some((known) => same(known, each.whole)));
    if (!leaf) return [false, true];
    const publicKey = children(children(children(leaf.whole)[0].body)[0].body)[6];
    const named = children(children(publicKey.body)[0].body).map((each) => hex(each.whole));
    const kind = KINDS[named[0]] || KINDS[named[1]];
    if (!isPlain(container, parts, signer, leaf, kind)) return [true, false];
    const ours = [...trust.leaves, ...trust.roots];
    if (!certificates.every((each) => ours.some((known) => same(known, each.whole)))) return [true, false];
    const key = await crypto.subtle.importKey("spki", publicKey.whole, kind, false, ["verify"]);
    const numbers = () => children(children(signer[5].body)[0].body).map((each) => leftPadded(each.body, kind.size));
    const signature = kind.size ? joined(...numbers()) : signer[5].body;
    const attributes = joined(Uint8Array.of(0x31), signer[3].whole.slice(1));
    return [true, await crypto.subtle.verify(kind, key, signature, attributes)];
  }

  async function attached(bytes, all) {
    for (const match of all.matchAll(/\/EmbeddedFile\b/g)) {
      const start = all.indexOf("stream", match.index);
      const from = start + (all[start + 6] === "\r" ? 8 : 7);
      const to = all.indexOf("endstream", from);
      if (start < 0 || to < 0) continue;
      for (const cut of [0, 1, 2]) {
        try {
          const found = await unpacked(bytes.subarray(from, to - cut), "deflate");
          const said = JSON.parse(text(found));
          if (said["@context"] && said.proof) return found;
          break;
        } catch (error) { continue; }
      }
    }
    return null;
  }

  // ---- a picture of a QR code
  // A decoder that misses a code at one size often finds it at another: a screenshot's modules are
  // too few pixels wide, a camera's are grainy.
  const SCALES = [1, 2, 1.5, 0.6, 3, 0.8];
  const MOST_PIXELS = 4000;  // along the longer edge

  async function scanned(file) {
    let bitmap;
    try { bitmap = await createImageBitmap(file); } catch (error) { return null; }
    const fitting = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
    for (const scale of SCALES) {
      const width = Math.round(bitmap.width * fitting * scale), height = Math.round(bitmap.height * fitting * scale);
      if (Math.max(width, height) > MOST_PIXELS || Math.min(width, height) < 1) continue;
      const pen = new OffscreenCanvas(width, height).getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(bitmap, 0, 0, width, height);
      try { return decodeQR(pen.getImageData(0, 0, width, height)); } catch (error) { continue; }
    }
    return null;
  }

  // ---- the page
  const element = (id) => document.getElementById(id);
  const moment = (iso) => {
    const isDay = iso.length === 10;
    const options = isDay ? {dateStyle: "long", timeZone: "UTC"} : {dateStyle: "long", timeStyle: "short"};
    return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(iso));
  };
  const filled = (sentence, value) => sentence.replace("{}", value);
  const added = (parent, tag, content, name) => {
    const made = parent.appendChild(document.createElement(tag));
    made.textContent = content;
    if (name) made.className = name;
    return made;
  };

  function show(answer, label) {
    const box = element("result");
    box.replaceChildren();
    box.hidden = false;
    box.className = `result result-${words.kinds[answer.status]}`;
    box.dataset.status = answer.status;
    box.dataset.answer = JSON.stringify(answer);
    if (label) added(box, "p", label, "file");
    added(box, "h2", words.verdicts[answer.status]);
    added(box, "p", words.meanings[answer.status]);
    for (const reason of answer.reasons) added(box, "p", words.reasons[reason]);
    const list = document.createElement("dl");
    for (const [name, title] of Object.entries(words.facts)) {
      let value = answer[name];
      if (value === undefined || value === null) continue;
      if (name === "level") value = words.levels[value] || value;
      if (name === "valid_from" || name === "valid_until") value = moment(value);
      added(list, "dt", title);
      added(list, "dd", value).dir = "auto";
    }
    if (list.childElementCount) box.append(list);
    if (answer.name) {
      added(box, "h3", words.unchecked_title);
      const unchecked = added(box, "ul", "");
      if (answer.revocation_as_of) added(unchecked, "li", filled(words.as_of, moment(answer.revocation_as_of)));
      for (const each of answer.not_checked) added(unchecked, "li", words.unchecked[each]);
    }
    box.focus();
  }

  const instant = () => (element("day").value ? new Date(`${element("day").value}T12:00:00Z`) : new Date());

  async function take(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let answer = await check(bytes, instant());
    if (answer.status === "unreadable" && /^image\/(?!svg)/.test(file.type)) {
      const found = await scanned(file);
      if (found) answer = await check(utf8.encode(found), instant());
    }
    show(answer, file.name);
  }

  async function load(file) {
    const note = element("load-note");
    try {
      const document = JSON.parse(text(new Uint8Array(await file.arrayBuffer())));
      if (document.format) { addKeys(document); note.textContent = filled(words.keys_loaded, document.issuer.name); }
      else { await addList(document); note.textContent = filled(words.list_loaded, moment(document.validFrom)); }
    } catch (error) { note.textContent = words.not_loaded; }
    note.dataset.done = String(Date.now());
    knows();
  }

  function knows() {
    const issuers = [...new Set([...trust.keys.values()].map((key) => key.issuer))];
    const newest = [...trust.lists.values()].map((list) => list.validFrom).sort().pop();
    element("knows").textContent = filled(words.knows, issuers.join(", "))
      + (newest ? " " + filled(words.as_of, moment(newest)) : "");
  }

  async function begin() {
    const carried = embedded("trust");
    for (const each of carried.keys) addKeys(each);
    for (const each of carried.statusLists) await addList(each);
    knows();
    const zone = element("drop");
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
    zone.addEventListener("dragover", () => zone.classList.add("is-over"));
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("is-over");
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
    element("file").addEventListener("change", (event) => event.target.files[0] && take(event.target.files[0]));
    element("load").addEventListener("change", (event) => event.target.files[0] && load(event.target.files[0]));
    element("typed-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      show(await check(utf8.encode(element("typed").value), instant()), "");
    });
    document.documentElement.dataset.ready = "yes";
  }

  begin().catch(() => { element("knows").textContent = words.broken; });
})();
