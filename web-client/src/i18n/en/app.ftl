### Words of the app. Words of the records are in records.ftl, those of the coordinator's desk in desk.ftl.

tagline = A work log for places with no signal
back = Back
close = Close
undo = Undo
save = Save
today = Today
yesterday = Yesterday
now = Now
yes = Yes
no = No
me = You
never = not yet
less = Less
more = More
somebody = Name unknown
coordinator = coordinator
understood = OK
show-more = Show more
actions = Actions
search-name = Find by name
value-none = Not given
value-unknown = An entry of another list
not-here = Not found
not-here-case = This person's card is not on this phone.
not-here-record = This record is not on this phone.

## Start and update

starting = Opening the log…
start-failed = The log could not be opened on this phone. Your records are untouched. Close other tabs and try again.
start-again = Try again
update-ready = A new version is ready. Your records stay where they are.
update-now = Update
update-later = Later

## Sign-in

sign-in = Sign in
signing-in = Signing in…
sign-in-once = You sign in once, with a connection. After that the log opens without one.
login = Login
password = Password
show-password = Show the password
sign-in-wrong_password = The login or the password is wrong. Check the keyboard layout and try again.
sign-in-network = The server cannot be reached. The first sign-in needs a connection.
sign-in-busy = The server is busy. Wait a minute and try again.
sign-in-server = The server could not answer. Try later or call the coordinator.
sign-in-no_room = The phone is full. Free some room and try again.

## Top and bottom of every page

tabs = Sections
tab-day = Day
tab-records = Records
tab-sync = Sync
log = Log
strip-waiting = Waiting to be sent: { $count }
strip-nothing-waits = Everything is sent
strip-syncing = syncing…
strip-last = synced { $when }
strip-never = never synced

## Day

day-returned =
    { $count ->
        [one] The coordinator returned { $count } record for correction.
       *[other] The coordinator returned { $count } records for correction.
    }
day-returned-open = Look
day-tasks = Tasks
offers = Helpers wanted
offers-help = If you take one, tell the social worker: once you are marked, the name and address appear here.
day-route = Today's route
day-people = My people
day-empty = Nobody is assigned to you yet. If that is wrong, call the coordinator.
day-empty-asking = Asking the server who is assigned to you…
day-empty-then = At the last exchange nobody was assigned to you.
visited-today = Logged today
last-visit = Last visit: { $when }
never-visited = No visits yet
no-visit-lately = No visits in the last three months
log-visit-of = Log a visit: { $name }
ago-today = today
ago-yesterday = yesterday
ago-days =
    { $days ->
        [one] { $days } day ago
       *[other] { $days } days ago
    }
task-due = by { $when }
loading-first = Loading your list. This happens once.
loading-first-waits = The list has not come yet.
loading-lost = The lists are loading again from the server. What you wrote here is safe.
loading-lost-waits = The lists are not back from the server yet. What you wrote here is safe.
loading-due =
    { $count ->
        [one] { $count } document is still loading. You can work already.
       *[other] { $count } documents are still loading. You can work already.
    }
loading-of =
    { $count ->
        [one] { $here } of { $count } document is on the phone.
       *[other] { $here } of { $count } documents are on the phone.
    }
loading-goes-on = The connection broke. The rest goes on from the same place as soon as it is back.
log-what = What do you want to log?
log-who = About whom?
log-visit = Visit
log-delivery = Delivery
log-task = Chore: firewood, cleaning, repairs
log-nobody = Not about one person

## Case card

case-about = About the person
case-needs = Needs:
case-palliative = Palliative
case-alone = Lives alone
case-edit = Correct the card
person-edit = Address and phone
case-line = What happened
case-line-empty = No records in the last three months.
call = Call { $name }, { $phone }

## Earlier months

earlier = Earlier months
earlier-show = Show earlier months
earlier-help = The phone keeps this month and the two before. The others are on the server and need a connection.
earlier-none = There is nothing earlier.
earlier-month =
    { $count ->
        [one] { $month }: { $count } change, about { $size } KB
       *[other] { $month }: { $count } changes, about { $size } KB
    }
earlier-coming = Loading…
earlier-stay = What is loaded stays while the log is open.
earlier-offline = No connection to the server. Earlier months are kept there: open them when there is a network.
earlier-trouble = The server could not answer just now. Try again later.

## Form

step-filled =
    { $count ->
        [0] empty
        [one] { $count } field filled
       *[other] { $count } fields filled
    }
fill-later = Can be filled in later: { $fields }.
violation-other = Please look at this field.
time-by-itself = set by itself
show-all = { $count } more
list-empty = The list comes with the connection.
row-add = Add
row-add-of = Add: { $what }
row-number = Line { $number }
row-more = More fields
row-remove = Remove: { $name }
cash-adds-up = It adds up
cash-left = { $sum } left over
cash-over = { $sum } missing
saved-on-phone = Saved on this phone
save-not_saved = It could not be saved. What you typed is still in the form: try again.
save-no_room = The phone is full. Delete some photos and try again: what you typed is still in the form.
save-too_long = One of the texts is too long. Shorten it, or make two records of it: what you typed is still in the form.
save-crashed = The app stumbled and was started again. Press “Save” once more.
save-record_aside = This record was set aside. A coordinator looks at it first; until then it cannot be changed.
save-record_gone = This record is no longer on the phone. An earlier month can be fetched on the person's card; otherwise tell your coordinator.
save-record_unknown = Not all of this record is on the phone, so it cannot be changed yet. Try again when there is a connection.
save-document_unreadable = The phone cannot read this record, so it cannot be changed here. Tell your coordinator.
change-not_saved = It could not be saved, and nothing was changed. Try again.
change-no_room = The phone is full, and the change was not saved. Delete some photos and try again.
draft-waits = Unfinished: { $what }, { $who } ({ $when })
draft-go-on = Go on
draft-forget = Delete the draft
draft-brought = This is a draft from { $when }. You can go on.
draft-start-over = Start over

## Record

records = My records
records-show = Show
records-all = All
records-waiting = Waiting
records-returned = Returned
records-set_aside = Set aside
records-none = There are no such records.
state-phone-means = Safely stored. It goes out when there is a connection.
state-sending-means = It is being sent right now.
state-server-means = It reached the server. The coordinator has not looked yet.
state-approved-means = The coordinator has looked and approved it.
state-returned-means = The coordinator asks for a correction. No connection needed.
state-edited-means = Changed after the review; the coordinator will look again.
state-set_aside-means = The server keeps it apart, a coordinator decides. Nothing is lost.
reason-other = Reason: { $reason }
returned-comment = The coordinator writes: “{ $comment }”
record-life = What happened to the record
life-written = Written: { $who }, { $when }
life-reviewed = { $state }: { $who }, { $when }
life-voided = Voided, { $when }: { $why }
correct = Correct
correct-title = Correct: { $what }
conflict = Two values
conflict-title = Written differently: { $field }
conflict-help = Two people wrote different things while there was no connection. Choose the right one; the other stays in the history.
conflict-choose = This is right
conflict-chosen = The choice is saved
void = Void
void-title = Void this record?
void-help = The record does not vanish: it stays, struck through, with the reason. It can be brought back.
void-why = Why
void-mistake = Logged by mistake
void-twice = Logged twice
void-other-person = It is about somebody else
void-confirm = Void the record
voided = Voided
voided-now = The record is voided
unvoid = Bring it back
comments =
    { $count ->
        [0] Add a comment
        [one] { $count } comment
       *[other] { $count } comments
    }
comment-new = New comment
comment-add = Add

## Sync

sync = Sync
sync-waiting = Waiting to be sent
sync-last = Last sync
sync-now = Sync now
sync-under-way = Syncing…
sync-nothing-new = Nothing new. All is in place.
sync-sent =
    { $count ->
        [one] The server took { $count } change.
       *[other] The server took { $count } changes.
    }
sync-received =
    { $count ->
        [one] News came: { $count } document.
       *[other] News came: { $count } documents.
    }
sync-network = The server cannot be reached. We try again as soon as there is a connection.
sync-busy = The server is busy. We try again a little later.
sync-server = The server has a problem. We try again later.
sync-refused = The server did not take this phone’s request. Sign in again. If it does not work, call the coordinator.
sync-clock = The phone's clock is wrong. It has been allowed for; try again.
sync-kept = Your records are on the phone and stay there.
sync-revoked = This phone has been switched off. What waits can still be sent; it gets nothing new.
sync-show-waiting = What waits to be sent
sync-export = Save unsent work to a file
sync-export-help = For when the phone must be changed and there is no connection. Give the file to the coordinator.
storage = Room on the phone
storage-used = { $used } MB used, { $room } MB available.
storage-kept = The phone has promised not to delete records by itself.
storage-not-kept = Do not clear the browser's data while anything is unsent.
storage-little = There is little room. Records will be saved, but photos may not fit.

## Notices

notice-cache_wiped =
    { $records ->
        [0] The browser cleared the lists on this phone.
        [one] The browser cleared the lists on this phone: { $records } record.
       *[other] The browser cleared the lists on this phone: { $records } records.
    } { $count ->
        [0] None of them was unsent.
        [one] { $count } unsent record is safe.
       *[other] { $count } unsent records are safe.
    } The rest loads by itself once there is a connection.
notice-log_restored =
    { $count ->
        [0] The browser cleared the log on this phone. It was made again from its copy; nothing in it was unsent.
        [one] The browser cleared the log on this phone. It was made again from its copy; { $count } unsent record is in place.
       *[other] The browser cleared the log on this phone. It was made again from its copy; { $count } unsent records are in place.
    } Check your last record.
notice-all_wiped =
    { $records ->
        [one] The browser cleared all that this phone kept: { $records } record.
       *[other] The browser cleared all that this phone kept: { $records } records.
    } { $count ->
        [0] All of it is on the server: sign in again and it loads.
        [one] { $count } record had not been sent and must be written again. The rest is on the server: sign in again.
       *[other] { $count } records had not been sent and must be written again. The rest is on the server: sign in again.
    }
notice-room_low = The phone is almost full. Records are still saved, but little room is left: delete some photos or apps.
notice-restarted = The app stumbled and was started again. What you typed is still in the form.
notice-log_wiped =
    { $count ->
        [0] The log's data on this phone was deleted. Nothing was unsent. Please sign in again.
        [one] The log's data on this phone was deleted. { $count } record had not been sent. Sign in and check the last days.
       *[other] The log's data on this phone was deleted. { $count } records had not been sent. Sign in and check the last days.
    }
notice-log_damaged = The phone went off in mid-sentence: what was being saved then was dropped. Check your last record.
notice-set_aside = The server set one of your records aside. It is not lost; the coordinator will look at it.
notice-returned = The coordinator returned a record with a comment.
notice-settled = The coordinator dealt with a record that was set aside.
notice-released = The record that was set aside has been accepted: it is on the server.
notice-remade = Records were prepared for sending again. There is nothing to do.
notice-revoked_family =
    { $count ->
        [0] A card has left this phone: the person was handed over to another worker.
        [one] A person was handed over to another worker. { $count } record of yours about them still waits and will go out; then the card leaves this phone.
       *[other] A person was handed over to another worker. { $count } records of yours about them still wait and will go out; then the card leaves this phone.
    }
notice-revoked_other = What is no longer yours to do has left this phone: a chore, or a neighbour's card.
notice-accepted_late =
    { $count ->
        [one] The server took in { $count } record about a person who is with another worker now. The coordinator will see a mark; there is nothing to do.
       *[other] The server took in { $count } records about people who are with another worker now. The coordinator will see a mark; there is nothing to do.
    }
record-leaving = This person was handed over to another worker. The record will go to the server, and then leave this phone.
aside-elsewhere = News of what was set aside
aside-elsewhere-help = Set aside from another phone of yours, or dealt with already. The records themselves are on the server.
aside-set_aside = Set aside { $when }
aside-settled = Dealt with { $when }
aside-note = Coordinator: { $note }
notice-rolled_back = The phone's data went back to an older state. What the server had was loaded again.
notice-server_restored = The server was restored from a copy. This phone is giving back what the server has lost; nothing for you to do.
notice-row_unreadable = A document arrived damaged. Tell the coordinator.
notice-document_shunned = A document cannot be opened on this phone. Everything else works; tell the coordinator.
notice-answer_unreadable = The server's answer made no sense. We try again.
notice-too_large = A record is too big to be sent. Tell the coordinator.
notice-unknown_device = The server does not know this phone: perhaps the server was restored from a copy. Sign in again. The records are here and will go to the server. If it does not work, call the coordinator.
notice-not_authorized = The server did not accept the phone's signature. Call the coordinator; the records stay here.
notice-conflict = Two people wrote different things into one field. Look at the record.
notice-other = Notice: { $code }
notice-open = Open

## Settings

settings = Settings
language = Language
theme = Look
theme-auto = As on the phone
theme-light = Light
theme-dark = Dark
theme-sun = In the sun
text-size = Text size
about = About
about-text = Footpath: a log of social work. It works with no network and sends the records when there is one.
about-who = You are signed in as { $name } ({ $login }).
about-device = Number of this phone: { $device }
sign-out = Sign out of this phone
sign-out-title = Sign out?
sign-out-help = All data on this phone is deleted. It stays on the server. Signing in again needs a connection.
sign-out-unsent = You cannot sign out yet. Changes not sent: { $count }. They would be lost.
