### Words of the records: fields, choices, states, reasons. How the keys are made is told in schemas/README.md.

## Types of record

type-visit = Visit
type-delivery = Delivery
type-task = Chore
type-case = Case card
type-person = Person
type-activity = Group activity
type-visit-count =
    { $count ->
        [one] { $count } visit
       *[other] { $count } visits
    }
type-delivery-count =
    { $count ->
        [one] { $count } delivery
       *[other] { $count } deliveries
    }
type-task-count =
    { $count ->
        [one] { $count } chore
       *[other] { $count } chores
    }
type-case-count =
    { $count ->
        [one] { $count } case
       *[other] { $count } cases
    }
type-person-count =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
type-activity-count =
    { $count ->
        [one] { $count } activity
       *[other] { $count } activities
    }
type-record-count =
    { $count ->
        [one] { $count } record
       *[other] { $count } records
    }

## Where a record is

state-phone = On this phone
state-sending = Being sent
state-server = On the server, waiting for a look
state-received = Waiting for a look
state-approved = Looked at, all is well
state-returned = Sent back to be put right
state-edited = Changed since it was looked at
state-set_aside = Set aside

## Why a record was set aside

set_aside-help = The record is not lost: the server keeps it, and the coordinator will look at it.
reason-malformed = The record reached the server in a form it cannot read.
reason-too_large = The record is too large.
reason-bad_checksum = The record was damaged on the way.
reason-not_canonical = The record is written in a way the server does not take.
reason-forbidden_operation = The record holds an action that Footpath never makes.
reason-wrong_actor = The record seems to come from another phone.
reason-wrong_sequence = The records of this phone are out of order.
reason-wrong_start_op = The record does not fit what was written before it.
reason-out_of_scope = You were not assigned to this person.
reason-device_revoked = This phone is no longer connected to the organisation.
reason-kind_not_writable = Only the server makes records of this kind.
reason-identity_mismatch = The record names another person or place than before.
reason-record_exists = This record exists already; the second one was kept apart so that nothing is overwritten.
reason-breaks_document = With this record the card would no longer open.
reason-vetting_failed = The check of the record broke off.
reason-vetting_timeout = The check of the record took too long and was stopped.
reason-bad_signature = The signature is not that of this phone.
reason-quota = Too many records of this phone have been set aside already.
flag-after_reassignment = The recipient had been handed to another worker by then
flag-released = Let in by the coordinator after being set aside
flag-restored = Given back by a phone after the server was restored

## What a person should look at

violation-missing = Not filled in
violation-wrong_type = Not written as expected: check whether it should be a number or words
violation-not_in_list = Not one of the choices
violation-too_small = Too little: at least { NUMBER($limit, useGrouping: 0) }
violation-too_large = Too much: at most { NUMBER($limit, useGrouping: 0) }
violation-too_long = Too long: at most { $limit } letters
violation-bad_step = Hours go by halves
violation-bad_format = Not written in the usual way; please check
violation-unknown_field = A field from a newer version
violation-cash_does_not_add_up = The money does not add up: received is not spent plus returned
violation-ends_before_start = Ends before it begins
violation-too_many_fields = Too much in one record
violation-unknown_type = A record of an unknown type: please update

## Pages of the forms

step-main = The main part
step-how = Who, where and how
step-measures = What was done
step-proof = Signature
step-money = Money
step-people = People
step-work = How it is done
step-consent = Consents
step-roles = Roles
unit-minutes = min
unit-hours = h

## Common to all records

field-record-type = Type of record
field-record-author = Written by
field-record-zone = Time zone
field-record-recorded_ms = Written at
field-record-offset_ms = How far the phone’s clock is off
field-record-void-by = Voided by
field-record-void-at = Voided at
field-record-void-why = Why voided
field-record-comment = Comments
field-record-comment-text = Comment
field-record-comment-by = Comment by
field-record-comment-at = Commented at

## Visit

field-visit-service = What was done
field-visit-service-help = What you did last time is ticked. Take off what was not done, add what was.
field-visit-date = Day of the visit
field-visit-start = Came at
field-visit-end = Left at
field-visit-mood = Mood
field-visit-mood-help = As it seemed to you when you left.
field-visit-urgent = Is help needed urgently?
field-visit-urgent-help = The coordinator will see this first.
field-visit-urgent_text = What is needed urgently
field-visit-notes = Notes
field-visit-place_kind = Where you met
field-visit-place = Place
field-visit-form = Form of the visit
field-visit-channel = By what means
field-visit-direction = Letter
field-visit-direction-help = For letters only.
field-visit-performer = Who came
field-visit-performer-role = In what role
field-visit-own_time = In your own free time?
field-visit-own_time-help = This time is counted apart from working hours.
field-visit-next_visit = Next visit
field-visit-measure = One by one
field-visit-measure-help = When minutes are needed, or something could not be done.
field-visit-measure-done = Done
field-visit-measure-minutes = Minutes
field-visit-measure-reason = Why not
field-visit-signed_by = Who signed
field-visit-witness = Witness
field-visit-no_signature = Why unsigned
field-visit-signature = Signature
field-visit-position_start-state = Position on coming
field-visit-position_start-lat = Latitude on coming
field-visit-position_start-lon = Longitude on coming
field-visit-position_start-accuracy_m = Accuracy on coming, m
field-visit-position_start-age_s = Age on coming, s
field-visit-position_end-state = Position on leaving
field-visit-position_end-lat = Latitude on leaving
field-visit-position_end-lon = Longitude on leaving
field-visit-position_end-accuracy_m = Accuracy on leaving, m
field-visit-position_end-age_s = Age on leaving, s

## Delivery

field-delivery-line = What was brought
field-delivery-line-help = A row for each thing.
field-delivery-line-kind = What it is
field-delivery-line-name = Name
field-delivery-line-qty = How much
field-delivery-line-unit = Unit
field-delivery-line-substitute = Brought instead
field-delivery-line-refused = Refused?
field-delivery-line-refused_why = Why refused
field-delivery-status = How it ended
field-delivery-date = Day of the delivery
field-delivery-start = At what time
field-delivery-deliverer = Who brought it
field-delivery-ordered_on = Asked for on
field-delivery-notes = Notes
field-delivery-cash = Money for the shopping
field-delivery-cash-help = How much you were given, spent and gave back. Leave empty when there was no money.
field-delivery-received_minor = Received
field-delivery-spent_minor = Spent
field-delivery-returned_minor = Returned
field-delivery-receipt = Receipt
field-delivery-no_receipt = Why no receipt
field-delivery-signed_by = Who signed
field-delivery-witness = Witness
field-delivery-no_signature = Why unsigned
field-delivery-signature = Signature

## Chore

field-task-kind = What kind
field-task-what = What is to be done
field-task-place = Where
field-task-due = By what day
field-task-status = How it stands
field-task-why = Why it did not work out
field-task-why-help = A few words will help whoever tries next.
field-task-date = Done on
field-task-date-help = Leave empty when it is still to be done.
field-task-outcome = Outcome
field-task-assignee = Who took it on
field-task-volunteer = Who helped
field-task-volunteer-help = Those known by name, with their hours.
field-task-volunteer-hours = Hours
field-task-headcount = How many others helped
field-task-headcount-help = No names, only the number.
field-task-headcount_hours = Hours they worked
field-task-headcount_hours-help = All together: six people for two hours make twelve.
field-task-partner = Together with
field-task-tools = Tools
field-task-safety = Take care
field-task-safety-help = A dog, ice, a shaky ladder: what one should know beforehand.
field-task-step = Step by step
field-task-step-text = Step
field-task-step-state = Done?
field-task-step-why = Why skipped

## Case

field-case-person = Recipient
field-case-care_status = Care
field-case-date = Since
field-case-closed_on = Until
field-case-closed_why = Why closed
field-case-need = What help is needed
field-case-palliative = Palliative care
field-case-lives_alone = Lives alone?
field-case-important = Good to know
field-case-important-help = Hearing, sight, allergies, habits: what one should know at the door.
field-case-way_in = How to get in
field-case-way_in-help = The gate, the dog, where to knock.
field-case-contact = Whom to call
field-case-contact-help = Family, neighbours, the doctor.
field-case-contact-name = Name
field-case-contact-relation = Relation
field-case-contact-phone = Phone
field-case-contact-note = When to call
field-case-consent = Consents
field-case-consent-help = What the person agreed to and until when. It can be withdrawn on any day.
field-case-consent-given = Given
field-case-consent-until = Valid until
field-case-consent-withdrawn = Withdrawn
field-case-consent-form = How given

## Person

field-person-name = Full name
field-person-settlement = Village
field-person-address = Address
field-person-phone = Phone
field-person-birth_year = Year of birth
field-person-notes = Notes
field-person-date = Known since
field-person-role = Roles
field-person-role-kind = Role
field-person-role-from = From
field-person-role-to = To

## Activity

field-activity-kind = What it was
field-activity-group = Group or club
field-activity-group-help = When they meet regularly.
field-activity-topic = Topic
field-activity-place = Where
field-activity-date = Day
field-activity-start = Began at
field-activity-end = Ended at
field-activity-headcount = How many came
field-activity-headcount-help = In all, with those ticked by name.
field-activity-notes = Notes
field-activity-leader = Who led it
field-activity-present = Who was there
field-activity-present-help = Tick those you know.
field-activity-host = Who was the host
field-activity-host-help = When recipients visit each other.
field-activity-channel = By what means

## Choices

option-mood-1 = Very low
option-mood-2 = Low
option-mood-3 = As usual
option-mood-4 = Good
option-mood-5 = Very good
option-place_kind-home = At home
option-place_kind-point = At a point
option-place_kind-remote = From afar
option-direction-sent = Written
option-direction-received = Received
option-role-specialist = Specialist
option-role-social_worker = Social worker
option-role-medic = Medic
option-role-psychologist = Psychologist
option-role-volunteer = Volunteer
option-role-driver = Driver
option-role-other = Other
option-signed_by-recipient = The recipient
option-signed_by-witness = With a witness
option-signed_by-none = Nobody
option-receipt-given = Kept
option-receipt-none = None
option-status-ordered = Ordered
option-status-bought = Bought
option-status-delivered = Delivered
option-status-partly = Partly delivered
option-status-refused = Refused
option-status-offered = Waiting for a helper
option-status-accepted = Taken on
option-status-in_progress = Being done
option-status-done = Done
option-status-declined = Declined
option-status-failed = Did not work out
option-status-cancelled = Cancelled
option-state-done = Done
option-state-skipped = Skipped
option-state-found = Found
option-state-not_found = Not found
option-state-denied = Not allowed
option-state-off = Off
option-care_status-new = New
option-care_status-active = In care
option-care_status-paused = Paused
option-care_status-closed = Closed
option-form-paper = On paper
option-form-signature = Signed on the screen
option-form-witness = With a witness
option-kind-recipient = Recipient
option-kind-volunteer = Volunteer
option-kind-worker = Worker
option-kind-relative = Relative
option-kind-group_session = Club meeting
option-kind-outreach = Outreach consultation
option-kind-mutual_visit = Mutual visit
option-kind-greeting = Greetings
option-kind-class = Class
option-kind-other = Something else
