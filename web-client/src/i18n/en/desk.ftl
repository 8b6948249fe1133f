### Words of the coordinator's desk.

desk = Coordinator’s desk
desk-tab-log = Log
desk-tab-cases = People
desk-tab-quarantine = Set aside
desk-tab-devices = Phones
desk-tab-field = My day
desk-reading = Reading…
desk-as-of = Updated: { $when }
desk-read-again = Update
desk-shown-as-of = Below is what was known at { $when }.

## Troubles

desk-problem-network = No connection to the server. The desk works only with a connection; the records are safe.
desk-problem-timeout = The server did not answer in time. Please try again.
desk-problem-server = The server could not answer. Please try a little later.
desk-problem-changed = It changed while you were looking. Update the page and look again.
desk-problem-not_found = Not found. It may lie outside your places.

## The log

desk-log = Log
desk-filter-state = What to show
desk-filter-look = Needs a look
desk-filter-returned = Sent back
desk-filter-approved = Approved
desk-filter-all = All
desk-filter-any = All
desk-filter-name = Recipient’s name
desk-filter-place = Place
desk-filter-worker = Written by
desk-filter-type = Type of record
desk-filter-period = When
desk-filter-from = From
desk-filter-to = Until
desk-filter-case = Only about one person
desk-period-any = Any time
desk-period-today = Today
desk-period-week = Last 7 days
desk-period-month = This month
desk-period-last_month = Last month
desk-period-own = Own dates
desk-filters-count = Filters: { $count }
desk-filters-clear = Clear the filters
desk-count =
    { $count ->
        [one] { $count } record
       *[other] { $count } records
    }
desk-count-more =
    { $count ->
        [one] { $count } record shown, there are more
       *[other] { $count } records shown, there are more
    }
desk-count-all = In all, by these filters: { $what }
desk-count-chores =
    { $count ->
        [one] { $count } chore, those under way included
       *[other] { $count } chores, those under way included
    }
desk-log-all-looked = Everything has been looked at. New records appear here when the phones get a connection.
desk-log-none = No such records.
desk-tick = Tick: { $what }
desk-tick-all = Tick all { $count }
desk-untick = Clear the ticks
desk-approve-ticked =
    { $count ->
        [one] Approve { $count } record
       *[other] Approve { $count } records
    }
desk-approved =
    { $count ->
        [0] Nothing was approved.
        [one] { $count } record approved.
       *[other] { $count } records approved.
    }
desk-left =
    { $count ->
        [one] { $count } record was left alone:
       *[other] { $count } records were left alone:
    }
desk-left-changed = changed while you were looking ({ $fields }). Please look again.
desk-left-missing = not found any more.

## States and marks

desk-state-received = Needs a look
desk-state-approved = Approved
desk-state-returned = Sent back
desk-state-edited = Changed
desk-mark-urgent = Urgent
desk-mark-conflict = Two values
desk-mark-violations = To check: { $count }
desk-mark-returned-before = Sent back before
desk-mark-after_reassignment = After reassignment
desk-mark-released = Was set aside
desk-mark-restored = Given back after a restore

## A record

desk-record = Record
desk-record-missing = This record is gone, or it lies outside your places.
desk-record-newer = The record changed while you were looking. Below it still is as you opened it.
desk-record-show-newer = Show it as it is now
desk-comments = Comments on the record
desk-conflict = Written in two ways: { $field }
desk-conflict-help = Two people wrote different things while there was no connection. Choose the right one: the other stays in the history, and both authors will see it.
desk-conflict-chosen = Chosen: { $field }
desk-conflict-changed = Somebody wrote again while you were choosing. This is what is there now; nothing was decided.
desk-decide = Review
desk-not-reviewed = Nobody has looked at this record yet.
desk-reviewed-approved = Approved by { $who }, { $when }.
desk-reviewed-returned = Sent back by { $who }, { $when }.
desk-reviewed-withdrawn = Decision withdrawn by { $who }, { $when }.
desk-changed-since = Changed since then: { $fields }.
desk-decide-changed = Nothing was decided: the record changed while you were looking ({ $fields }). This is how it is now.
desk-choose-first = Choose the right value first, then you can approve.
desk-approve = Approve
desk-approved-one = Record approved
desk-return = Send back
desk-return-title = Send the record back
desk-return-comment = What is to be put right
desk-return-help = The worker sees these words beside the record.
desk-return-send = Send back to the worker
desk-return-times = Please check the times of coming and leaving.
desk-return-services = Please tick what was done.
desk-return-receipt = Please add the receipt, or say why there is none.
desk-returned-one = Record sent back
desk-to-note = Please note
desk-violation = { $field }: { $what }
desk-story = What happened to the record
desk-story-made = Written
desk-story-changed = Corrected
desk-story-voided = Record voided
desk-story-brought_back = Record brought back
desk-story-approved = Approved
desk-story-returned = Sent back to be put right
desk-story-withdrawn = Decision withdrawn
desk-story-late = Reached the server: { $when }
desk-put = { $field }: { $value }
desk-put-instead = { $field }: { $value } (was: { $before })
desk-put-cleared = { $field }: cleared
desk-open-case = The person’s card
desk-next-record = Next record

## Set aside

desk-quarantine = Set aside
desk-quarantine-help = The server received these records but did not put them into the log. Nothing is lost: see why, and decide.
desk-quarantine-show = What to show
desk-quarantine-open = Waiting for a decision
desk-quarantine-released = Let in
desk-quarantine-settled = Settled otherwise
desk-quarantine-empty = Nothing is set aside.
desk-quarantine-none = None so far.
desk-quarantine-count =
    { $count ->
        [one] { $count } record set aside
       *[other] { $count } records set aside
    }
desk-kind-log = Entry of the log
desk-kind-task = Chore
desk-kind-case = Case card
desk-kind-person = Person
desk-kind-activity = Group activity
desk-kind-unknown = Record
desk-reason-out_of_scope = The author of the record was not assigned to this person.
desk-reason-device_revoked = The phone it came from is no longer connected to the organisation.
desk-received-at = received: { $when }
desk-bytes = { $size } B
desk-preview = Have a look
desk-preview-close = Fold away
desk-preview-none = The contents cannot be read. They can be saved to a file.
desk-export = Save to a file
desk-release = Let into the log
desk-release-title = Let the record into the log?
desk-release-help = The record appears in the log, marked “Was set aside”, and waits for your look. Its author will see that.
desk-released = Record let into the log
desk-settle = Settle otherwise
desk-settle-title = Settle otherwise
desk-settle-help = The record will not enter the log, but it is kept. Write what was done instead: its author will read it.
desk-settle-note = What was done
desk-settle-do = Close the matter
desk-settled = Decision noted
desk-was-released = Let in by { $who }, { $when }.
desk-was-settled = Settled by { $who }, { $when }.

## Phones

desk-devices = Phones
desk-devices-all-well = All phones have been in touch lately.
desk-devices-needy = Needs attention
desk-devices-well = All is well
desk-devices-gone = Disconnected
desk-this-device = this computer
desk-quiet =
    { $days ->
        [one] Silent for { $days } day
       *[other] Silent for { $days } days
    }
desk-missing =
    { $count ->
        [one] { $count } parcel did not arrive
       *[other] { $count } parcels did not arrive
    }
desk-missing-told =
    { $count ->
        [one] { $count } parcel of this phone is not here yet: No. { $numbers }.
       *[other] { $count } parcels of this phone are not here yet: No. { $numbers }.
    } The newest known is No. { $newest }; the phone was last heard: { $heard }.
desk-forks = Two phones as one?
desk-forks-told = Two phones seem to be writing as one: perhaps the phone was restored from a copy. Different parcels came under one number: No. { $numbers }. Nothing is lost, both versions are here. Find out which phone the person uses, and disconnect the other.
desk-clock-fast =
    { $minutes ->
        [one] Clock { $minutes } minute fast
       *[other] Clock { $minutes } minutes fast
    }
desk-clock-slow =
    { $minutes ->
        [one] Clock { $minutes } minute slow
       *[other] Clock { $minutes } minutes slow
    }
desk-device-set-aside =
    { $count ->
        [one] { $count } record set aside
       *[other] { $count } records set aside
    }
desk-last-sync = Last in touch
desk-days-ago =
    { $days ->
        [0] less than a day ago
        [one] { $days } day ago
       *[other] { $days } days ago
    }
desk-device-waiting = Was waiting to be sent
desk-revoke = Disconnect
desk-revoke-title = Disconnect the phone of { $who }?
desk-revoke-help = The phone receives nothing any more. What is written on it can still be handed in: it is set aside until you decide. Should the phone be found, the person signs in on it again.
desk-revoke-waiting =
    { $count ->
        [one] { $count } record was waiting on it to be sent.
       *[other] { $count } records were waiting on it to be sent.
    }
desk-revoked = Phone disconnected
desk-revoked-at = Disconnected: { $when }

## People and who has them

desk-cases = People
desk-cases-show = Whom to show
desk-cases-all = All
desk-cases-nobody = Without a worker
desk-cases-none = Nobody found.
desk-nobody = Nobody assigned
desk-no-place = No place given
desk-case-records = All records
desk-card-open = History
desk-assigned = Who is assigned
desk-assigned-nobody = Nobody yet.
desk-not-yet = Not begun yet
desk-substitute = substitute
desk-term-always = for good
desk-term-from = from { $from }
desk-term-until = until { $to }
desk-term-between = { $from } – { $to }
desk-assign = Assign
desk-assign-title = Assign: { $name }
desk-assign-whom = To whom
desk-choose-person = Choose a person
desk-assign-how = For how long
desk-assign-always = For good
desk-assign-substitute = As a substitute
desk-assign-from = From
desk-assign-to = Until
desk-assigned-now = Assigned. The phone receives the card at its next connection.
desk-unassign = Take away
desk-unassign-who = Take away from { $who }
desk-unassign-help = The card leaves the phone at its next connection. What is written there and not yet sent will be accepted all the same.
desk-unassigned = Taken away

# After the server was restored from a backup
desk-restored = After the restore
desk-restored-told = The server was restored from a backup: { $restored }. The last thing it remembers: { $remembers }.
desk-restored-check = Check who is assigned to whom: what changed after that, the server knows from the phones alone.
desk-restored-open =
    { $count ->
        [one] { $count } assignment waits for your decision
       *[other] { $count } assignments wait for your decision
    }
desk-restored-look = Look
desk-restored-never = The server was never restored from a backup.
desk-restored-nothing = The phones have said nothing that differs from what the server remembers.
desk-restored-had = The phone shows that { $who } was assigned to this person. The server does not remember it.
desk-restored-wrote = There are records by { $who } here. The server does not remember an assignment.
desk-restored-lost = By the backup { $who } is assigned to this person, but the phone no longer had the card.
desk-restored-until = Until you decide, { $who } is not assigned.
desk-restored-holders = Assigned now: { $who }.
desk-restored-nobody = Nobody is assigned now.
desk-restored-planned = From { $day } on { $who } is assigned. Until then it is for you to decide.
desk-restored-give = Assign again
desk-restored-dismiss = Leave it so
desk-restored-given = Assigned again
desk-restored-dismissed = Left as it is
desk-restored-was-given = Assigned again: { $who }, { $when }
desk-restored-was-dismissed = Left as it is: { $who }, { $when }
desk-restored-awaited = Not heard from yet
desk-restored-awaited-help = These phones have had no connection since the restore. They may have more to say.
