//! When the ground under a change is lost, the phone makes it again from what its person meant.

use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::ledger::Ledger;
use footpath_tests::phone::Phone;
use footpath_tests::stories::cases;
use footpath_tests::wire::{Server, Wire, run_until_quiet};
use sync_core::device::RowState;
use sync_core::device::memory::Request;
use sync_core::wire::{self, SyncRequest};

use crate::promises;

fn world() -> (Vec<Phone>, Ledger) {
    let mut chance = Chance::new(11);
    let time = Time::wound();
    let mut ledger = Ledger::new(&time);
    let mut phones: Vec<Phone> = ["Anna", "Boris"].map(|name| Phone::new(name, &time, &mut chance)).into();
    phones.iter_mut().for_each(|phone| ledger.enrol(phone));
    (phones, ledger)
}

/// A wire that flips a bit in the first change it carries.
struct Flipping<'l> {
    ledger: &'l mut Ledger,
    flipped: bool,
}

impl Server for Flipping<'_> {
    fn post(&mut self, from: sync_core::ids::DeviceId, request: &Request) -> Option<(u16, Vec<u8>)> {
        let mut inside: SyncRequest = wire::unpack(&request.body, wire::MAX_UNPACKED).unwrap();
        if let Some(change) = inside.envelopes.first_mut().and_then(|envelope| envelope.changes.first_mut())
            && !self.flipped
        {
            let middle = change.len() / 2;
            change[middle] ^= 1;
            self.flipped = true;
        }
        self.ledger.post(from, &Request { token: request.token.clone(), body: wire::pack(&inside) })
    }
}

#[test]
fn what_stood_on_a_change_that_was_set_aside_is_made_again_without_it() {
    let (mut phones, mut ledger) = world();
    let at = phones[0].visit(cases(1)[0], "№1").unwrap();
    run_until_quiet(&mut phones, &mut ledger);

    // Three corrections offline; the first is damaged on the way.
    for (field, text) in [("witness", "№2"), ("mood_notes", "№3"), ("notes", "№4")] {
        phones[0].correct(&at, &[(field, text.into())]).unwrap();
    }
    let before = phones[0].host.device.export_unsent();
    assert!(!before.is_empty());
    Wire::calm().talk(&mut Flipping { ledger: &mut ledger, flipped: false }, &mut phones[0]);
    run_until_quiet(&mut phones, &mut ledger);

    let told = phones[0].told();
    assert!(told.contains(&"set_aside") && told.contains(&"remade"), "{told:?}");
    let (anna, boris) = (phones[0].row(&at).unwrap(), phones[1].row(&at).unwrap());
    // The two others arrived, once; the damaged one is shown on its author's phone, with the reason.
    assert_eq!(boris.fields["notes"], "№4".into());
    assert_eq!(boris.fields["mood_notes"], "№3".into());
    assert_eq!(boris.fields.get("witness"), None);
    assert!(boris.conflicts.is_empty(), "what was seen was written over, not beside: {:?}", boris.conflicts);
    assert_eq!((anna.state, anna.fields["witness"].clone()), (RowState::SetAside, "№2".into()));
    assert_eq!(phones[0].host.status.as_ref().unwrap().set_aside, 1);
    assert!(!phones[0].host.device.export_unsent().is_empty(), "it can still be saved as a file");
}

#[test]
fn a_phone_whose_storage_went_back_in_time_forks_nothing_and_loses_nothing() {
    let (mut phones, mut ledger) = world();
    let case = cases(1)[0];
    let first = phones[0].visit(case, "№1").unwrap();
    run_until_quiet(&mut phones, &mut ledger);
    let (log, docs) = (phones[0].host.log.clone(), phones[0].host.docs.clone());
    let (office, cursor) = (phones[0].host.office.clone(), phones[0].host.cursor.clone());

    phones[0].correct(&first, &[("witness", "№2".into())]).unwrap();
    phones[0].visit(case, "№3").unwrap();
    run_until_quiet(&mut phones, &mut ledger);

    // Restored from a backup of its own: it writes under numbers that are spent.
    (phones[0].host.log, phones[0].host.docs) = (log, docs);
    (phones[0].host.office, phones[0].host.cursor) = (office, cursor);
    phones[0].restart();
    phones[0].correct(&first, &[("mood_notes", "№4".into())]).unwrap();
    phones[0].visit(case, "№5").unwrap();
    run_until_quiet(&mut phones, &mut ledger);
    phones[0].visit(case, "№6").unwrap();
    run_until_quiet(&mut phones, &mut ledger);

    assert!(phones[0].told().contains(&"rolled_back"));
    promises::are_kept(&phones, &ledger);
    promises::all_show_the_same(&phones);
    let row = phones[1].row(&first).unwrap();
    assert_eq!(row.fields["witness"], "№2".into());
    assert_eq!(row.fields["mood_notes"], "№4".into());
}

#[test]
fn an_edit_while_the_cache_is_gone_waits_for_the_record_instead_of_making_it_twice() {
    let (mut phones, mut ledger) = world();
    let at = phones[0].visit(cases(1)[0], "№1").unwrap();
    run_until_quiet(&mut phones, &mut ledger);
    phones[0].correct(&at, &[("witness", "№2".into())]).unwrap();
    phones[0].lose_cache();
    // What only this phone knows is shown; what it stands on is not here.
    assert_eq!(phones[0].row(&at).unwrap().fields["witness"], "№2".into());
    assert_eq!(phones[0].correct(&at, &[("notes", "№3".into())]), None);
    assert_eq!(phones[0].host.refused, Some("record_unknown"));
    // New work is never held up.
    phones[0].visit(cases(1)[0], "№4").unwrap();

    run_until_quiet(&mut phones, &mut ledger);
    phones[0].correct(&at, &[("notes", "№5".into())]).unwrap();
    run_until_quiet(&mut phones, &mut ledger);
    promises::are_kept(&phones, &ledger);
    promises::all_show_the_same(&phones);
    assert!(phones[1].row(&at).unwrap().conflicts.is_empty());
}

#[test]
fn a_clock_corrected_on_a_request_that_was_lost_is_corrected_again() {
    let (mut phones, mut ledger) = world();
    let phone = &mut phones[0];
    phone.visit(cases(1)[0], "№1").unwrap();
    for wrong in [0, 4_102_444_800_000] {
        phone.clock.set(wrong);
        let server_time = phone.clock.time.now_ms();
        let clock = format!(r#"{{"code":"clock","server_time_ms":{server_time}}}"#);
        phone.ask().expect("it asks");
        phone.hear(401, clock.as_bytes()).expect("it asks again with the right time");
        phone.hear_nothing();
        assert!(!phone.told().contains(&"not_authorized"));
    }
    run_until_quiet(&mut phones, &mut ledger);
    promises::are_kept(&phones, &ledger);
}

#[test]
fn a_damaged_record_in_the_log_loses_only_itself() {
    let (mut phones, mut ledger) = world();
    let case = cases(1)[0];
    let begin = phones[0].host.log.len();
    phones[0].visit(case, "№1").unwrap();
    let end = phones[0].host.log.len();
    let second = phones[0].visit(case, "№2").unwrap();
    phones[0].correct(&second, &[("witness", "№3".into())]).unwrap();
    // A bad spot in the storage, in the middle of the first visit.
    phones[0].host.log[(begin + end) / 2] ^= 0xff;
    phones[0].host.wipe_cache();
    phones[0].restart();
    assert!(phones[0].told().contains(&"log_damaged"));
    // What stood on it does not wait for ever for what nobody has.
    run_until_quiet(&mut phones, &mut ledger);
    let row = phones[1].row(&second).expect("the second visit arrived");
    assert_eq!((row.fields["notes"].clone(), row.fields["witness"].clone()), ("№2".into(), "№3".into()));
    promises::all_show_the_same(&phones);
}
