//! The bytes known to hurt automerge 0.12, and every rule of chunk, header and columns.

use sync_core::admission::{Finding, Limits, MAX_TIME_MS, frame};
use sync_core::scope::Kind;
use sync_core::verdict::Reason;

use crate::forge::{MAGIC, Parts, chunk, column, fix_checksum, make, overlong, put, rle, sleb, uleb};
use crate::phones::{ENTRY, actor, candidate, finding, genesis, job, run, scene};

fn framing(bytes: &[u8]) -> Result<(), Reason> {
    frame(bytes, &Limits::STANDARD).map(|_| ())
}

#[test]
fn an_honest_edit_is_sound() {
    let found = scene().altered(|_| {});
    assert!(matches!(found, Finding::Sound(_)), "{found:?}");
}

#[test]
fn a_hundred_bytes_that_claim_a_billion_operations() {
    let mut parts = Parts::on(&[genesis(Kind::Log)], [2; 16], 1, 2, &[make(Some((1, 1)), ENTRY)]);
    for billions in [1_000_000_000i64, 10_000_000_000, i64::MAX, i64::MIN] {
        for (number, data) in &mut parts.columns {
            if ![column::INSERT, column::VALUE].contains(number) {
                *data = [sleb(billions), uleb(1)].concat();
            }
        }
        *parts.column(column::INSERT) = uleb(billions.unsigned_abs());
        let bytes = parts.bytes();
        assert!(bytes.len() < 190, "{}", bytes.len());
        assert_eq!(framing(&bytes), Err(Reason::TooLarge));
    }
    // The small one: an action column alone, with nothing to build on.
    let bare = Parts { deps: vec![], others: vec![], columns: vec![], ..parts };
    let mut bare = bare.clone();
    *bare.column(column::ACTION) = [sleb(50_000_000), uleb(1)].concat();
    assert!(bare.bytes().len() < 97);
    assert!(framing(&bare.bytes()).is_err());
}

#[test]
fn a_megabyte_that_inflates_to_gigabytes() {
    let zeros = vec![0; 1 << 24];
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0, 0, 0, 0, 2]);
    let deflated = miniz_oxide::deflate::compress_to_vec(&zeros, 6);
    bytes.extend(uleb(deflated.len() as u64));
    bytes.extend(deflated);
    assert_eq!(framing(&bytes), Err(Reason::Malformed));
    bytes.extend(vec![0; 1 << 20]);
    assert_eq!(framing(&bytes), Err(Reason::TooLarge));
}

#[test]
fn a_deflated_change_even_an_honest_one() {
    let scene = scene();
    let body = Parts::of(scene.edit.bytes()).body();
    let deflated = miniz_oxide::deflate::compress_to_vec(&body, 6);
    assert_eq!(framing(&chunk(2, &deflated)), Err(Reason::Malformed));
}

#[test]
fn a_sync_message_a_bundle_and_a_document() {
    let sync_message = [0x42, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0, 0];
    assert_eq!(framing(&sync_message), Err(Reason::Malformed));
    let bundle = chunk(3, &[0xff; 14]);
    assert_eq!(bundle.len(), 24);
    assert_eq!(framing(&bundle), Err(Reason::Malformed));
    assert_eq!(framing(&scene().log.save()), Err(Reason::Malformed));
    for kind in [0, 2, 3, 4, 0xff] {
        let body = Parts::of(scene().edit.bytes()).body();
        assert_eq!(framing(&chunk(kind, &body)), Err(Reason::Malformed));
    }
}

#[test]
fn maps_nested_three_hundred_deep() {
    let nested: Vec<_> = std::iter::once(make(Some((1, 1)), ENTRY))
        .chain((2..302).map(|map| make(Some((0, map)), ENTRY)))
        .chain([put(Some((0, 302)), "deep", "x")])
        .collect();
    let parts = Parts::on(&[genesis(Kind::Log)], [2; 16], 1, 2, &nested);
    let found = finding(Kind::Log, &[], actor(2), &parts.bytes());
    assert_eq!(found, Finding::SetAside(Reason::ForbiddenOperation));
    // One level a change does not help either.
    let scene = scene();
    scene.refuses(Reason::ForbiddenOperation, |parts| parts.set_ops(&[make(Some((1, 2)), ENTRY)]));
}

#[test]
fn operations_numbered_from_the_end_of_the_numbers() {
    let scene = scene();
    let fitting = scene.edit.start_op();
    for start_op in [0, fitting - 1, fitting + 1, u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX] {
        scene.refuses(Reason::WrongStartOp, |parts| parts.start_op = start_op);
    }
}

#[test]
fn a_column_in_another_spelling() {
    let scene = scene();
    // Both operations are puts: two runs of one, or a literal of equals, instead of a run of two.
    for spelling in [vec![1, 1, 1, 1], vec![0x7e, 1, 1], vec![0x7f, 1, 0x7f, 1]] {
        scene.refuses(Reason::NotCanonical, |parts| *parts.column(column::ACTION) = spelling);
    }
    scene.refuses(Reason::NotCanonical, |parts| {
        let run = overlong(1);
        *parts.column(column::ACTION) = [sleb(2), run].concat();
    });
    scene.refuses(Reason::NotCanonical, |parts| parts.columns.insert(2, (0x03, Vec::new())));
    scene.refuses(Reason::NotCanonical, |parts| parts.deps.push([0; 32]));
    scene.refuses(Reason::NotCanonical, |parts| parts.deps.push(parts.deps[0]));
    scene.refuses(Reason::NotCanonical, |parts| parts.others.push(vec![9; 16]));
    scene.refuses(Reason::NotCanonical, |parts| parts.others.push(parts.actor.clone()));
    scene.refuses(Reason::NotCanonical, |parts| parts.others.push(parts.others[0].clone()));
}

#[test]
fn a_header_number_spelled_too_long() {
    let scene = scene();
    let parts = Parts::of(scene.edit.bytes());
    let body = parts.body();
    // The count of dependencies is the first number.
    let long = [overlong(1), body[1..].to_vec()].concat();
    assert_eq!(scene.sent(&chunk(1, &long)), Finding::SetAside(Reason::NotCanonical));
    // The length of the chunk itself.
    let mut bytes = [&MAGIC[..], &[0; 4], &[1], &overlong(body.len() as u64), &body].concat();
    fix_checksum(&mut bytes);
    assert_eq!(scene.sent(&bytes), Finding::SetAside(Reason::NotCanonical));
}

#[test]
fn five_milligrams_become_nine() {
    let scene = scene();
    let honest = scene.existing[0].bytes();
    let place = honest.windows(4).position(|window| window == b"5 mg").unwrap();
    let mut flipped = honest.to_vec();
    flipped[place] = b'9';
    let send = |bytes: &[u8]| finding(Kind::Log, &[], actor(1), bytes);
    assert_eq!(send(&flipped), Finding::SetAside(Reason::BadChecksum));
    // With the checksum put right it is another change than the envelope names.
    fix_checksum(&mut flipped);
    let mut named = candidate(actor(1), &flipped);
    named.hash = scene.existing[0].hash();
    let found = run(&job(Kind::Log, &[], vec![named]));
    assert_eq!(found[0].finding, Finding::SetAside(Reason::BadChecksum));
}

#[test]
fn a_bad_chunk_after_a_good_one() {
    let scene = scene();
    let mut bytes = scene.edit.bytes().to_vec();
    bytes.extend(&MAGIC);
    assert_eq!(scene.sent(&bytes), Finding::SetAside(Reason::Malformed));
    let twice = [scene.edit.bytes(), scene.edit.bytes()].concat();
    assert_eq!(scene.sent(&twice), Finding::SetAside(Reason::Malformed));
}

#[test]
fn every_truncation() {
    let scene = scene();
    let bytes = scene.edit.bytes();
    for len in 0..bytes.len() {
        assert_eq!(framing(&bytes[..len]), Err(Reason::Malformed), "{len} bytes");
        let mut cut = Parts::of(bytes).body();
        cut.truncate(len.min(cut.len() - 1));
        assert!(framing(&chunk(1, &cut)).is_err(), "body of {len} bytes");
    }
}

#[test]
fn a_message_extra_bytes_and_an_author() {
    let scene = scene();
    scene.refuses(Reason::Malformed, |parts| parts.message = b"look here".to_vec());
    scene.refuses(Reason::Malformed, |parts| parts.extra = vec![0]);
    scene.refuses(Reason::Malformed, |parts| parts.extra = vec![1, 2, b'm', b'e']);
}

#[test]
fn columns_unknown_forbidden_deflated_misplaced() {
    let scene = scene();
    scene.refuses(Reason::Malformed, |parts| parts.columns.push((0xf2, vec![1, 1])));
    scene.refuses(Reason::Malformed, |parts| parts.columns.push((0x1_0000_0000, vec![1, 1])));
    scene.refuses(Reason::Malformed, |parts| parts.columns[0].0 |= 0b1000);
    scene.refuses(Reason::Malformed, |parts| parts.columns.reverse());
    scene.refuses(Reason::Malformed, |parts| parts.columns.insert(0, parts.columns[0].clone()));
    scene.refuses(Reason::TooLarge, |parts| parts.columns = vec![(1, vec![1, 1]); 15]);
    for number in [column::KEY_ACTOR, column::KEY_COUNTER, column::EXPAND, column::MARK] {
        scene.refuses(Reason::ForbiddenOperation, |parts| *parts.column(number) = vec![2, 1]);
    }
    for number in [column::OBJECT_ACTOR, column::OBJECT_COUNTER, column::KEY, column::INSERT] {
        scene.refuses(Reason::ForbiddenOperation, |parts| parts.columns.retain(|one| one.0 != number));
    }
    for number in [column::VALUE_META, column::PRED_COUNT, column::PRED_ACTOR, column::PRED_COUNTER] {
        scene.refuses(Reason::Malformed, |parts| parts.columns.retain(|one| one.0 != number));
    }
    scene.refuses(Reason::Malformed, |parts| parts.column(column::VALUE).push(b'!'));
    scene.refuses(Reason::ForbiddenOperation, |parts| parts.set_ops(&[]));
}

#[test]
fn lengths_that_point_past_the_end() {
    let scene = scene();
    let parts = Parts::of(scene.edit.bytes());
    for len in [parts.body().len() as u64, u64::from(u32::MAX), u64::MAX] {
        let mut table = parts.clone();
        let data: Vec<u8> = table.columns.drain(..).flat_map(|(_, data)| data).collect();
        let mut body = table.body();
        body.pop();
        body.extend([uleb(1), uleb(column::ACTION), uleb(len), data].concat());
        assert_eq!(scene.sent(&chunk(1, &body)), Finding::SetAside(Reason::Malformed));
    }
    scene.refuses(Reason::Malformed, |parts| {
        *parts.column(column::KEY) = rle([Some(uleb(u64::MAX)), Some(uleb(1))].into_iter());
    });
}

#[test]
fn counts_over_their_caps() {
    let scene = scene();
    let limits = Limits::STANDARD;
    let hashes = |count: usize| -> Vec<[u8; 32]> {
        (0..count)
            .map(|n| [(n as u64).to_be_bytes(), [0; 8], [0; 8], [0; 8]].concat().try_into().unwrap())
            .collect()
    };
    scene.refuses(Reason::TooLarge, |parts| parts.deps = hashes(limits.deps + 1));
    scene.refuses(Reason::TooLarge, |parts| {
        parts.others = (0..=limits.actors as u64).map(|n| [n.to_be_bytes(); 2].concat()).collect();
    });
    scene.refuses(Reason::TooLarge, |parts| parts.message = vec![b'x'; limits.bytes]);
    scene.refuses(Reason::Malformed, |parts| parts.deps.clear());
}

#[test]
fn actors_of_another_length_or_person() {
    let scene = scene();
    for len in [0, 1, 15, 17, 32] {
        scene.refuses(Reason::WrongActor, |parts| parts.actor = vec![2; len]);
        scene.refuses(Reason::WrongActor, |parts| parts.others[0] = vec![1; len]);
    }
    scene.refuses(Reason::WrongActor, |parts| parts.actor = vec![3; 16]);
    // Genesis' own actor, were a device ever to derive it.
    let mut parts = Parts::of(scene.edit.bytes());
    parts.actor = vec![0; 16];
    let found = finding(Kind::Log, &scene.existing, actor(0), &parts.bytes());
    assert_eq!(found, Finding::SetAside(Reason::WrongActor));
}

#[test]
fn sequences_and_times_out_of_their_range() {
    let scene = scene();
    for seq in [0, 2, 7, u64::from(u32::MAX) + 1, u64::MAX] {
        scene.refuses(Reason::WrongSequence, |parts| parts.seq = seq);
    }
    for time in [i64::MIN, i64::MAX, MAX_TIME_MS + 1, -MAX_TIME_MS - 1] {
        scene.refuses(Reason::Malformed, |parts| parts.time = time);
    }
    // A wrong clock is no reason: 1960, 1970 and 2100 are only odd.
    for time in [-315_619_200_000, 0, 4_102_444_800_000] {
        assert!(matches!(scene.altered(|parts| parts.time = time), Finding::Sound(_)));
    }
}
