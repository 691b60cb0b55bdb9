"""Who gets what from every address and method: written by hand, from what the product promises.

A line per endpoint and method, a column per role; nothing here is derived from the portal's own
permission table. Rows asked for are the person's own or within their reach (tests/access/calls.py
says which); foreign ones, and those out of reach, are the twins' business.

    ok    the page, the file, the redirect on; for a change: it happened
    in    sign in first (a redirect for pages, 401 for changes)
    403   the role does not include it      404  nothing there for this person
    422, 409 and so on: the status itself

A new endpoint needs its lines here, and in calls.py the ids and the form it is called with.
Nobody of another vendor gets anything but 404 from an address under /<vendor>/: no column.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("anon", "operator", "admin", "manager", "west", "author", "exec", "padmin", "member")

# fmt: off
TABLE = """
                                        anon  oper  admin manager west  author exec  padmin member
accounts.index                   GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.start                   GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.sign_in                 GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.sign_out                POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.preferences             POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.profile                 GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.profile                 POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.change_password         POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.confirm                 GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.confirm                 POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.change_email            GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.change_email            POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.cancel_email            POST   in    409   409   409     409   409    409   409    409
accounts.confirm_email           GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.confirm_email           POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.second_factor           GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.begin_second_factor     POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.enrol_second_factor     GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.enrol_second_factor     POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.renew_recovery_codes    POST   in    409   409   409     409   409    409   409    409
accounts.turn_off_second_factor  GET    in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.turn_off_second_factor  POST   in    409   409   409     409   409    409   409    409
accounts.sign_in_code            GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.sign_in_code            POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.end_sessions            POST   in    ok    ok    ok      ok    ok     ok    ok     ok
accounts.sign_in                 POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.reset_request           GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.reset_request           POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.reset_sent              GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.reset                   GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.reset                   POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.invitation              GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
accounts.invitation              POST   ok    422   422   422     422   422    422   422    422
accounts.people                  GET    in    404   ok    ok      ok    403    403   ok     403
accounts.former_people           GET    in    404   ok    ok      ok    403    403   ok     403
accounts.invitations             GET    in    404   ok    ok      ok    403    403   ok     403
accounts.invite                  GET    in    404   ok    ok      ok    403    403   ok     403
accounts.invite                  POST   in    404   ok    ok      ok    403    403   ok     403
accounts.invite_many             GET    in    404   ok    ok      ok    403    403   ok     403
accounts.invite_many             POST   in    404   ok    ok      ok    403    403   ok     403
accounts.withdraw_invitation     GET    in    404   ok    ok      ok    403    403   ok     403
accounts.withdraw_invitation     POST   in    404   ok    ok      ok    403    403   ok     403
accounts.person                  GET    in    404   ok    ok      ok    403    403   ok     403
accounts.edit_membership         GET    in    404   404   403     403   403    403   ok     403
accounts.edit_membership         POST   in    404   404   403     403   403    403   ok     403
accounts.grant                   POST   in    404   ok    403     403   403    403   403    403
accounts.revoke_grant            POST   in    404   ok    403     403   403    403   403    403
accounts.view_as                 GET    in    404   ok    ok      ok    403    403   403    403
accounts.view_as                 POST   in    404   ok    ok      ok    403    403   403    403
accounts.end_viewing             POST   in    409   409   409     409   409    409   409    409
accounts.end_membership          GET    in    404   ok    403     403   403    403   ok     403
accounts.end_membership          POST   in    404   ok    403     403   403    403   ok     403
assets.serve                     GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
operations.metrics               GET    404   404   404   404     404   404    404   404    404
operations.retention             GET    in    404   ok    403     403   403    403   403    403
operations.retention             POST   in    404   ok    403     403   403    403   403    403
health.healthz                   GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
health.readyz                    GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
vendors.brand_css                GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
vendors.home                     GET    in    404   ok    ok      ok    ok     ok    ok     ok
vendors.settings                 GET    in    404   ok    403     403   403    403   403    403
vendors.settings                 POST   in    404   ok    403     403   403    403   403    403
vendors.logo                     GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
vendors.change_identity          GET    in    404   ok    403     403   403    403   403    403
vendors.change_identity          POST   in    404   ok    403     403   403    403   403    403
vendors.set_logo                 POST   in    404   ok    403     403   403    403   403    403
vendors.remove_logo              POST   in    404   ok    403     403   403    403   403    403
vendors.contrast                 GET    in    404   ok    403     403   403    403   403    403
partners.index                   GET    in    404   ok    ok      ok    403    ok    ok     403
partners.story                   GET    in    404   ok    ok      ok    403    ok    ok     403
partners.create                  GET    in    404   ok    ok      ok    403    403   403    403
partners.create                  POST   in    404   ok    ok      ok    403    403   403    403
partners.edit                    GET    in    404   ok    ok      ok    403    403   403    403
partners.edit                    POST   in    404   ok    ok      ok    403    403   403    403
partners.apply                   GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.apply                   POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.apply_sent              GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.apply_confirm           GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.apply_confirm           POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.apply_done              GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
partners.applications            GET    in    404   ok    ok      ok    403    403   403    403
partners.application             GET    in    404   ok    ok      ok    403    403   403    403
partners.approve_application     POST   in    404   ok    ok      ok    403    403   403    403
partners.reject_application      POST   in    404   ok    ok      ok    403    403   403    403
partners.pass_application_on     POST   in    404   ok    ok      ok    403    403   403    403
partners.application_regions     GET    in    404   ok    403     403   403    403   403    403
partners.application_regions     POST   in    404   ok    403     403   403    403   403    403
partners.remove_application_region POST in    404   ok    403     403   403    403   403    403
partners.application_form        GET    in    404   ok    403     403   403    403   403    403
partners.application_form        POST   in    404   ok    403     403   403    403   403    403
partners.new_application_field   GET    in    404   ok    403     403   403    403   403    403
partners.new_application_field   POST   in    404   ok    403     403   403    403   403    403
partners.edit_application_field  GET    in    404   ok    403     403   403    403   403    403
partners.edit_application_field  POST   in    404   ok    403     403   403    403   403    403
partners.remove_application_field GET   in    404   ok    403     403   403    403   403    403
partners.remove_application_field POST  in    404   ok    403     403   403    403   403    403
partners.agreements              GET    in    404   ok    403     403   403    403   403    403
partners.agreement               GET    in    404   ok    403     403   403    403   403    403
partners.new_agreement           GET    in    404   ok    403     403   403    403   403    403
partners.new_agreement           POST   in    404   ok    403     403   403    403   403    403
partners.own_agreement           GET    in    404   403   403     403   403    403   ok     403
partners.own_agreement           POST   in    404   403   403     403   403    403   ok     403
partners.desk                    GET    in    404   ok    ok      ok    403    403   403    403
partners.tasks                   GET    in    404   ok    ok      ok    403    403   403    403
partners.add_note                POST   in    404   ok    ok      ok    403    403   403    403
partners.add_task                POST   in    404   ok    ok      ok    403    403   403    403
partners.add_contact             POST   in    404   ok    ok      ok    403    403   403    403
partners.finish_task             POST   in    404   ok    ok      ok    403    403   403    403
partners.remove_note             GET    in    404   ok    ok      ok    403    403   403    403
partners.remove_note             POST   in    404   ok    ok      ok    403    403   403    403
partners.remove_contact          GET    in    404   ok    ok      ok    403    403   403    403
partners.remove_contact          POST   in    404   ok    ok      ok    403    403   403    403
partners.documents               GET    in    404   ok    ok      ok    403    403   ok     403
partners.documents               POST   in    404   ok    ok      ok    403    403   ok     403
partners.document                GET    in    404   ok    ok      ok    403    403   ok     403
partners.remove_document         GET    in    404   ok    ok      ok    403    403   ok     403
partners.remove_document         POST   in    404   ok    ok      ok    403    403   ok     403
partners.suspend                 GET    in    404   ok    ok      ok    403    403   403    403
partners.suspend                 POST   in    404   ok    ok      ok    403    403   403    403
partners.resume                  GET    in    404   ok    ok      ok    403    403   403    403
partners.resume                  POST   in    404   ok    ok      ok    403    403   403    403
partners.end                     GET    in    404   ok    ok      ok    403    403   403    403
partners.end                     POST   in    404   ok    ok      ok    403    403   403    403
partners.merge                   GET    in    404   ok    ok      ok    403    403   403    403
partners.merge                   POST   in    404   ok    ok      ok    403    403   403    403
partners.unmerge                 GET    in    404   ok    ok      ok    403    403   403    403
partners.unmerge                 POST   in    404   ok    ok      ok    403    403   403    403
partners.names                   GET    in    404   ok    ok      ok    403    403   403    403
partners.names                   POST   in    404   ok    ok      ok    403    403   403    403
partners.remove_name             POST   in    404   ok    ok      ok    403    403   403    403
partners.branches                GET    in    404   ok    ok      ok    403    403   403    403
partners.branches                POST   in    404   ok    ok      ok    403    403   403    403
partners.parent                  POST   in    404   ok    ok      ok    403    403   403    403
partners.remove_branch           GET    in    404   ok    ok      ok    403    403   403    403
partners.remove_branch           POST   in    404   ok    ok      ok    403    403   403    403
onboarding.template              GET    in    404   ok    403     403   403    403   403    403
onboarding.template              POST   in    404   ok    403     403   403    403   403    403
onboarding.remove_step           POST   in    404   ok    403     403   403    403   403    403
onboarding.add_usual_steps       POST   in    404   ok    403     403   403    403   403    403
onboarding.plan                  GET    in    404   ok    ok      ok    403    ok    ok     403
onboarding.tick                  POST   in    404   ok    ok      ok    403    403   ok     403
onboarding.activate              GET    in    404   ok    ok      ok    403    403   403    403
onboarding.activate              POST   in    404   ok    ok      ok    403    403   403    403
audits.compliance                GET    in    404   ok    ok      ok    403    ok    ok     403
audits.policy                    GET    in    404   ok    403     403   403    403   403    403
audits.policy                    POST   in    404   ok    403     403   403    403   403    403
audits.index                     GET    in    404   ok    ok      ok    403    ok    ok     403
audits.plan                      GET    in    404   ok    ok      ok    403    403   403    403
audits.plan                      POST   in    404   ok    ok      ok    403    403   403    403
audits.audit                     GET    in    404   ok    ok      ok    403    ok    ok     403
audits.change_plan               GET    in    404   ok    ok      ok    403    403   403    403
audits.change_plan               POST   in    404   ok    ok      ok    403    403   403    403
audits.open_audit                POST   in    404   ok    ok      ok    403    403   403    403
audits.withdraw                  POST   in    404   ok    ok      ok    403    403   403    403
audits.submit                    POST   in    404   422   ok      422   403    403   403    403
audits.item                      GET    in    404   ok    ok      ok    403    ok    ok     403
audits.answer                    POST   in    404   403   403     403   403    403   ok     403
audits.judge                     POST   in    404   422   ok      422   403    403   403    403
audits.evidence_file             GET    in    404   ok    ok      ok    403    ok    ok     403
audits.hand_in                   POST   in    404   403   403     403   403    403   ok     403
audits.remove_evidence           POST   in    404   403   403     403   403    403   ok     403
audits.proof_file                GET    in    404   ok    ok      ok    403    ok    ok     403
audits.add_finding               GET    in    404   ok    ok      ok    403    403   403    403
audits.add_finding               POST   in    404   422   ok      422   403    403   403    403
audits.remove_finding            POST   in    404   422   ok      422   403    403   403    403
audits.report                    GET    in    404   ok    ok      ok    403    403   403    403
audits.report                    POST   in    404   422   ok      422   403    403   403    403
audits.waive_finding             GET    in    404   ok    ok      ok    403    403   403    403
audits.waive_finding             POST   in    404   422   ok      422   403    403   403    403
audits.agree_action              GET    in    404   403   403     403   403    403   ok     403
audits.agree_action              POST   in    404   403   403     403   403    403   ok     403
audits.prove_action              GET    in    404   403   403     403   403    403   ok     403
audits.prove_action              POST   in    404   403   403     403   403    403   ok     403
audits.verify_action             GET    in    404   ok    ok      ok    403    403   403    403
audits.verify_action             POST   in    404   422   ok      422   403    403   403    403
audits.sign_off                  GET    in    404   ok    ok      ok    403    403   403    403
audits.sign_off                  POST   in    404   ok    422     ok    403    403   403    403
audits.report_pdf                GET    in    404   ok    ok      ok    403    ok    ok     403
audits.pack                      GET    in    404   ok    ok      ok    403    ok    ok     403
audits.names                     GET    in    404   ok    ok      ok    403    ok    ok     403
audits.criteria                  GET    in    404   ok    403     403   403    403   403    403
audits.create_criterion          GET    in    404   ok    403     403   403    403   403    403
audits.create_criterion          POST   in    404   ok    403     403   403    403   403    403
audits.edit_criterion            GET    in    404   ok    403     403   403    403   403    403
audits.edit_criterion            POST   in    404   ok    403     403   403    403   403    403
audits.checklists                GET    in    404   ok    403     403   403    403   403    403
audits.create_checklist          GET    in    404   ok    403     403   403    403   403    403
audits.create_checklist          POST   in    404   ok    403     403   403    403   403    403
audits.edit_checklist            GET    in    404   ok    403     403   403    403   403    403
audits.edit_checklist            POST   in    404   ok    403     403   403    403   403    403
audits.campaigns                 GET    in    404   ok    ok      ok    403    403   403    403
audits.start_campaign            GET    in    404   ok    ok      ok    403    403   403    403
audits.start_campaign            POST   in    404   ok    ok      ok    403    403   403    403
audits.campaign                  GET    in    404   ok    ok      ok    403    403   403    403
reports.revenue                  GET    in    404   ok    403     403   403    ok    403    403
reports.revenue_pdf              GET    in    404   ok    403     403   403    ok    403    403
reports.revenue_xlsx             GET    in    404   ok    403     403   403    ok    403    403
reports.breakdown                GET    in    404   ok    403     403   403    ok    403    403
reports.attribution              GET    in    404   ok    403     403   403    ok    403    403
reports.credits                  GET    in    404   ok    403     403   403    ok    403    403
reports.order                    GET    in    404   ok    403     403   403    ok    403    403
deals.index                      GET    in    404   ok    ok      ok    403    ok    ok     403
deals.deal                       GET    in    404   ok    ok      ok    403    ok    ok     403
revenue.orders                   GET    in    404   ok    ok      ok    403    ok    ok     403
revenue.order                    GET    in    404   ok    ok      ok    403    ok    ok     403
revenue.invoices                 GET    in    404   ok    ok      ok    403    ok    ok     403
revenue.invoice                  GET    in    404   ok    ok      ok    403    ok    ok     403
revenue.targets                  GET    in    404   ok    ok      ok    403    403   403    403
revenue.targets                  POST   in    404   ok    ok      ok    403    403   403    403
products.index                   GET    in    404   ok    ok      ok    ok     ok    ok     ok
products.create                  GET    in    404   ok    403     403   403    403   403    403
products.create                  POST   in    404   ok    403     403   403    403   403    403
products.edit                    GET    in    404   ok    403     403   403    403   403    403
products.edit                    POST   in    404   ok    403     403   403    403   403    403
products.add_price               POST   in    404   ok    403     403   403    403   403    403
products.remove_price            POST   in    404   ok    403     403   403    403   403    403
products.set_active              POST   in    404   ok    403     403   403    403   403    403
products.alias                   POST   in    404   ok    403     403   403    403   403    403
products.remove_alias            POST   in    404   ok    403     403   403    403   403    403
imports.index                    GET    in    404   ok    403     403   403    ok    403    403
imports.batch                    GET    in    404   ok    403     403   403    ok    403    403
imports.dropped                  GET    in    404   ok    403     403   403    ok    403    403
imports.file                     GET    in    404   ok    403     403   403    ok    403    403
imports.rejected                 GET    in    404   ok    403     403   403    ok    403    403
imports.unmatched                GET    in    404   ok    403     403   403    ok    403    403
imports.upload                   GET    in    404   ok    403     403   403    403   403    403
imports.upload                   POST   in    404   ok    403     403   403    403   403    403
imports.mapping                  GET    in    404   ok    403     403   403    403   403    403
imports.mapping                  POST   in    404   ok    403     403   403    403   403    403
imports.reading                  POST   in    404   ok    403     403   403    403   403    403
imports.confirm                  POST   in    404   ok    403     403   403    403   403    403
imports.decide                   POST   in    404   ok    403     403   403    403   403    403
imports.discard                  POST   in    404   ok    403     403   403    403   403    403
imports.undo                     GET    in    404   ok    403     403   403    403   403    403
imports.undo                     POST   in    404   ok    403     403   403    403   403    403
imports.alias                    POST   in    404   ok    403     403   403    403   403    403
imports.remove_product_alias     POST   in    404   ok    403     403   403    403   403    403
imports.remove_customer_alias    POST   in    404   ok    403     403   403    403   403    403
journal.index                    GET    in    404   ok    403     403   403    403   403    403
journal.verify                   GET    in    404   ok    403     403   403    403   403    403
bulk.choose                      POST   in    404   ok    ok      ok    403    403   403    403
bulk.start                       POST   in    404   ok    ok      ok    403    403   403    403
bulk.run                         GET    in    404   ok    ok      ok    ok     ok    ok     ok
lists.save_view                  POST   in    404   ok    ok      ok    ok     ok    ok     ok
lists.delete_view                POST   in    404   ok    ok      ok    ok     ok    ok     ok
search.index                     GET    in    404   ok    ok      ok    ok     ok    ok     ok
notifications.index              GET    in    404   ok    ok      ok    ok     ok    ok     ok
notifications.open_subject       POST   in    404   ok    ok      ok    ok     ok    ok     ok
notifications.mark_read          POST   in    404   ok    ok      ok    ok     ok    ok     ok
notifications.mark_all_read      POST   in    404   ok    ok      ok    ok     ok    ok     ok
notifications.preferences        GET    in    404   ok    ok      ok    ok     ok    ok     ok
notifications.preferences        POST   in    404   ok    ok      ok    ok     ok    ok     ok
notifications.unsubscribe        GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
notifications.unsubscribe        POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
notifications.reminders          GET    in    404   ok    403     403   403    403   403    403
notifications.reminders          POST   in    404   ok    403     403   403    403   403    403
notifications.remind             GET    in    404   ok    ok      ok    403    403   ok     403
notifications.remind             POST   in    404   ok    ok      ok    403    403   ok     403
training.index                   GET    in    404   ok    ok      ok    ok     403   ok     ok
training.course                  GET    in    404   ok    ok      ok    ok     403   ok     ok
training.enrol                   POST   in    404   ok    ok      ok    ok     403   ok     ok
training.resume                  GET    in    404   ok    ok      ok    ok     403   ok     ok
training.lesson                  GET    in    404   ok    ok      ok    ok     403   ok     ok
training.finish_lesson           POST   in    404   ok    ok      ok    ok     403   ok     ok
training.remember                POST   in    404   ok    ok      ok    ok     403   ok     ok
training.quiz                    GET    in    404   ok    ok      ok    ok     403   ok     ok
training.take_quiz               GET    in    404   ok    ok      ok    ok     403   ok     ok
training.take_quiz               POST   in    404   ok    ok      ok    ok     403   ok     ok
training.attempt                 GET    in    404   ok    ok      ok    ok     403   ok     ok
training.start_quiz              POST   in    404   ok    ok      ok    ok     403   ok     ok
training.save_answers            POST   in    404   ok    ok      ok    ok     403   ok     ok
training.placement               GET    in    404   ok    ok      ok    ok     403   ok     ok
training.start_placement         POST   in    404   ok    ok      ok    ok     403   ok     ok
training.take_placement          GET    in    404   ok    ok      ok    ok     403   ok     ok
training.take_placement          POST   in    404   ok    ok      ok    ok     403   ok     ok
training.save_placement          POST   in    404   ok    ok      ok    ok     403   ok     ok
training.hand_in                 POST   in    404   ok    ok      ok    ok     403   ok     ok
training.own_submitted_file      GET    in    404   ok    ok      ok    ok     403   ok     ok
training.appeal                  POST   in    404   ok    ok      ok    ok     403   ok     ok
training.grading                 GET    in    404   ok    ok      ok    ok     403   403    403
training.grade                   GET    in    404   ok    ok      ok    ok     403   403    403
training.grade                   POST   in    404   ok    ok      ok    ok     403   403    403
training.take_submission         POST   in    404   ok    ok      ok    ok     403   403    403
training.submitted_file          GET    in    404   ok    ok      ok    ok     403   403    403
training.bank                    GET    in    404   ok    403     403   ok     403   403    403
training.bank_question           GET    in    404   ok    403     403   ok     403   403    403
training.new_bank_question       GET    in    404   ok    403     403   ok     403   403    403
training.new_bank_question       POST   in    404   ok    403     403   ok     403   403    403
training.edit_bank_question      GET    in    404   ok    403     403   ok     403   403    403
training.edit_bank_question      POST   in    404   ok    403     403   ok     403   403    403
training.retire_bank_question    POST   in    404   ok    403     403   ok     403   403    403
training.import_questions        GET    in    404   ok    403     403   ok     403   403    403
training.import_questions        POST   in    404   ok    403     403   ok     403   403    403
training.quiz_settings           GET    in    404   ok    403     403   ok     403   403    403
training.quiz_settings           POST   in    404   ok    403     403   ok     403   403    403
training.add_draw                POST   in    404   ok    403     403   ok     403   403    403
training.delete_draw             POST   in    404   ok    403     403   ok     403   403    403
training.statistics              GET    in    404   ok    403     403   ok     403   403    403
training.launch                  POST   in    404   ok    ok      ok    ok     403   ok     ok
training.renew                   POST   in    404   ok    ok      ok    ok     403   ok     ok
training.save                    POST   in    404   ok    ok      ok    ok     403   ok     ok
training.video                   GET    in    404   ok    ok      ok    ok     403   ok     ok
training.captions                GET    in    404   ok    ok      ok    ok     403   ok     ok
training.lesson_file             GET    in    404   ok    ok      ok    ok     403   ok     ok
training.watched                 POST   in    404   ok    ok      ok    ok     403   ok     ok
training.image                   GET    in    404   ok    ok      ok    ok     403   ok     ok
certification.progress           GET    in    404   ok    ok      ok    403    403   ok     403
training.calendar                GET    in    404   ok    ok      ok    ok     403   ok     ok
training.calendar_file           GET    in    404   ok    ok      ok    ok     403   ok     ok
training.sign_up                 POST   in    404   ok    ok      ok    ok     403   ok     ok
training.give_up                 POST   in    404   ok    ok      ok    ok     403   ok     ok
training.sessions                GET    in    404   ok    ok      ok    ok     403   403    403
training.new_session             GET    in    404   ok    ok      ok    ok     403   403    403
training.new_session             POST   in    404   ok    ok      ok    ok     403   403    403
training.edit_session            GET    in    404   ok    ok      ok    ok     403   403    403
training.edit_session            POST   in    404   ok    ok      ok    ok     403   403    403
training.cancel_session          GET    in    404   ok    ok      ok    ok     403   403    403
training.cancel_session          POST   in    404   ok    ok      ok    ok     403   403    403
training.release_seat            POST   in    404   ok    ok      ok    ok     403   403    403
training.attendance              GET    in    404   ok    ok      ok    ok     403   403    403
training.attendance              POST   in    404   ok    ok      ok    ok     403   403    403
training.renew_feed              POST   in    404   ok    ok      ok    ok     403   ok     ok
training.end_feed                POST   in    404   ok    ok      ok    ok     403   ok     ok
training.feed                    GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
training.progress                GET    in    404   ok    ok      ok    403    403   ok     403
training.person                  GET    in    404   ok    ok      ok    403    403   ok     403
training.assign                  GET    in    404   ok    ok      ok    403    403   ok     403
training.assign                  POST   in    404   ok    ok      ok    403    403   ok     403
training.grant_attempt           POST   in    404   ok    ok      ok    403    403   ok     403
training.paths                   GET    in    404   ok    ok      ok    ok     403   ok     ok
training.path                    GET    in    404   ok    ok      ok    ok     403   ok     ok
training.take_path               POST   in    404   ok    ok      ok    ok     403   ok     ok
training.assign_path             GET    in    404   ok    ok      ok    403    403   ok     403
training.assign_path             POST   in    404   ok    ok      ok    403    403   ok     403
training.new_path                GET    in    404   ok    403     403   ok     403   403    403
training.new_path                POST   in    404   ok    403     403   ok     403   403    403
training.path_version            GET    in    404   ok    403     403   ok     403   403    403
training.edit_path               GET    in    404   ok    403     403   ok     403   403    403
training.edit_path               POST   in    404   ok    403     403   ok     403   403    403
training.add_step                POST   in    404   ok    403     403   ok     403   403    403
training.move_step               POST   in    404   ok    403     403   ok     403   403    403
training.remove_step             POST   in    404   ok    403     403   ok     403   403    403
training.publish_path            GET    in    404   ok    403     403   ok     403   403    403
training.publish_path            POST   in    404   ok    403     403   ok     403   403    403
training.new_path_version        POST   in    404   ok    403     403   ok     403   403    403
training.authoring               GET    in    404   ok    403     403   ok     403   403    403
training.new_course              GET    in    404   ok    403     403   ok     403   403    403
training.new_course              POST   in    404   ok    403     403   ok     403   403    403
training.new_version             POST   in    404   ok    403     403   ok     403   403    403
training.version                 GET    in    404   ok    403     403   ok     403   403    403
training.edit_version            GET    in    404   ok    403     403   ok     403   403    403
training.edit_version            POST   in    404   ok    403     403   ok     403   403    403
training.publish                 GET    in    404   ok    403     403   ok     403   403    403
training.publish                 POST   in    404   ok    403     403   ok     403   403    403
training.images                  GET    in    404   ok    403     403   ok     403   403    403
training.images                  POST   in    404   ok    403     403   ok     403   403    403
training.preview                 POST   in    404   ok    403     403   ok     403   403    403
training.new_lesson              GET    in    404   ok    403     403   ok     403   403    403
training.new_lesson              POST   in    404   ok    403     403   ok     403   403    403
training.edit_lesson             GET    in    404   ok    403     403   ok     403   403    403
training.edit_lesson             POST   in    404   ok    403     403   ok     403   403    403
training.new_content             GET    in    404   ok    403     403   ok     403   403    403
training.new_content             POST   in    404   ok    403     403   ok     403   403    403
training.edit_content            GET    in    404   ok    403     403   ok     403   403    403
training.edit_content            POST   in    404   ok    403     403   ok     403   403    403
training.try_lesson              GET    in    404   ok    403     403   ok     403   403    403
training.launch_for_author       POST   in    404   ok    403     403   ok     403   403    403
training.move_lesson             POST   in    404   ok    403     403   ok     403   403    403
training.delete_lesson           GET    in    404   ok    403     403   ok     403   403    403
training.delete_lesson           POST   in    404   ok    403     403   ok     403   403    403
training.new_question            GET    in    404   ok    403     403   ok     403   403    403
training.new_question            POST   in    404   ok    403     403   ok     403   403    403
training.edit_question           GET    in    404   ok    403     403   ok     403   403    403
training.edit_question           POST   in    404   ok    403     403   ok     403   403    403
training.move_question           POST   in    404   ok    403     403   ok     403   403    403
training.delete_question         GET    in    404   ok    403     403   ok     403   403    403
training.delete_question         POST   in    404   ok    403     403   ok     403   403    403
certification.index              GET    in    404   ok    ok      ok    ok     403   ok     ok
certification.detail             GET    in    404   ok    ok      ok    404    403   ok     ok
certification.download           GET    in    404   ok    ok      ok    404    403   ok     ok
certification.request_file       POST   in    404   ok    ok      ok    404    403   ok     ok
certification.revoke             GET    in    404   ok    ok      ok    403    403   403    403
certification.revoke             POST   in    404   ok    ok      ok    403    403   403    403
certification.issue              GET    in    404   ok    ok      ok    403    403   403    403
certification.issue              POST   in    404   ok    ok      ok    403    403   403    403
certification.renew              POST   in    404   404   404     404   404    403   404    409
certification.accreditations     GET    in    404   ok    ok      ok    403    ok    ok     403
certification.accreditation      GET    in    404   ok    ok      ok    403    ok    ok     403
certification.accreditation_document GET in   404   ok    ok      ok    403    ok    ok     403
certification.accreditation_rules GET   in    404   ok    403     403   403    403   403    403
certification.create_accreditation GET  in    404   ok    403     403   403    403   403    403
certification.create_accreditation POST in    404   ok    403     403   403    403   403    403
certification.edit_accreditation GET    in    404   ok    403     403   403    403   403    403
certification.edit_accreditation POST   in    404   ok    403     403   403    403   403    403
certification.schemes            GET    in    404   ok    403     403   403    403   403    403
certification.create_scheme      GET    in    404   ok    403     403   403    403   403    403
certification.create_scheme      POST   in    404   ok    403     403   403    403   403    403
certification.edit_scheme        GET    in    404   ok    403     403   403    403   403    403
certification.edit_scheme        POST   in    404   ok    403     403   403    403   403    403
certification.apply_scheme       POST   in    404   ok    403     403   403    403   403    403
certification.batch              GET    in    404   ok    403     403   403    403   403    403
certification.design             GET    in    404   ok    403     403   403    403   403    403
certification.design             POST   in    404   ok    403     403   403    403   403    403
certification.withdraw_design    POST   in    404   ok    403     403   403    403   403    403
certification.add_design_image   POST   in    404   ok    403     403   403    403   403    403
certification.remove_design_image POST  in    404   ok    403     403   403    403   403    403
certification.verify             GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.verify_form        GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.verify_file        POST   ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.verify_json        GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.credential         GET    in    404   ok    ok      ok    404    403   ok     ok
certification.keys               GET    in    404   ok    403     403   403    403   403    403
certification.rotate             GET    in    404   ok    403     403   403    403   403    403
certification.rotate             POST   in    404   ok    403     403   403    403   403    403
certification.bring              GET    in    404   ok    403     403   403    403   403    403
certification.bring              POST   in    404   ok    403     403   403    403   403    403
certification.did_document       GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.issuer_profile     GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.issuer_keys        GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.status_list        GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.badge_picture      GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
certification.offline_checker    GET    ok    ok    ok    ok      ok    ok     ok    ok     ok
marketing.library                GET    in    404   ok    ok      ok    ok     403   ok     ok
marketing.assets                 GET    in    404   ok    403     403   ok     403   403    403
marketing.asset                  GET    in    404   ok    ok      ok    ok     403   ok     ok
marketing.download               GET    in    404   ok    ok      ok    ok     403   ok     ok
marketing.thumbnail              GET    in    404   ok    ok      ok    ok     403   ok     ok
marketing.create                 GET    in    404   ok    403     403   ok     403   403    403
marketing.create                 POST   in    404   ok    403     403   ok     403   403    403
marketing.edit                   GET    in    404   ok    403     403   ok     403   403    403
marketing.edit                   POST   in    404   ok    403     403   ok     403   403    403
marketing.add_version            POST   in    404   ok    403     403   ok     403   403    403
marketing.publish                POST   in    404   ok    403     403   ok     403   403    403
marketing.withdraw               POST   in    404   ok    403     403   ok     403   403    403
marketing.campaigns              GET    in    404   ok    403     403   ok     403   403    403
marketing.campaigns              POST   in    404   ok    403     403   ok     403   403    403
marketing.usage                  GET    in    404   ok    ok      ok    ok     403   ok     403
"""
# fmt: on


@dataclass(frozen=True)
class Line:
    """What every role gets from one endpoint by one method."""

    endpoint: str
    method: str
    expected: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.endpoint, self.method

    @property
    def is_change(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    def __getitem__(self, role: str) -> str:
        return self.expected[ROLES.index(role)]

    def __str__(self) -> str:
        return f"{self.endpoint}-{self.method}"


def read_table(text: str) -> dict[tuple[str, str], Line]:
    """Raises ValueError for a line that has not a cell for each role, or comes twice."""
    lines: dict[tuple[str, str], Line] = {}
    for row in text.strip().splitlines()[1:]:
        endpoint, method, *cells = row.split()
        if len(cells) != len(ROLES) or (endpoint, method) in lines:
            raise ValueError(f"A line with {len(ROLES)} cells, once: {row}")
        lines[endpoint, method] = Line(endpoint, method, tuple(cells))
    return lines


MATRIX = read_table(TABLE)
