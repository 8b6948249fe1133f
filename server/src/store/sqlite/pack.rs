//! Changes in less room: what every change says is in a dictionary, what its row says is left out. See ADR 47.
//!
//! A packed body is [`PACKED`] and then the content of the chunk, deflated behind the dictionary; the frame around it
//! (magic, checksum, length) follows from the content and the hash in its row. A body that begins with the chunk's own
//! first byte is a whole chunk: as all were written once, and as one is still that would not come back byte for byte.

use sync_core::ids::ChangeHash;

use super::codec::odd;
use crate::deflated::{deflate, inflate};
use crate::store::Stored;

/// Deflated behind the dictionary of today. Another one gets another number.
const PACKED: u8 = 1;
/// In front of what is kept as it came and does not begin as a chunk does.
const WHOLE: u8 = 0;
/// The first byte of a chunk.
const CHUNK: u8 = 0x85;

const MAGIC: [u8; 4] = [CHUNK, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;
/// Longer than any change that is admitted.
const MOST: usize = 1 << 20;

/// The body to keep of a change.
pub fn pack(hash: &ChangeHash, bytes: &[u8]) -> Vec<u8> {
    let packed = content(bytes).and_then(deflate).map(|deflated| [&[PACKED], deflated.as_slice()].concat());
    let comes_back =
        |packed: &Vec<u8>| packed.len() < bytes.len() && unpack(hash, packed).as_deref() == Ok(bytes);
    packed.filter(comes_back).unwrap_or_else(|| match bytes.first() {
        None | Some(&CHUNK) => bytes.to_vec(),
        // No change of ours begins so; what does must not be taken for packed.
        Some(_) => [&[WHOLE], bytes].concat(),
    })
}

/// The bytes of a change from the body kept of it. Whether they are the change of this hash is not asked here.
pub fn unpack(hash: &ChangeHash, body: &[u8]) -> Stored<Vec<u8>> {
    match body.split_first() {
        Some((&PACKED, deflated)) => {
            let content = inflate(deflated, MOST).ok_or(odd("body"))?;
            Ok(framed(hash, &content))
        }
        Some((&WHOLE, bytes)) => Ok(bytes.to_vec()),
        _ => Ok(body.to_vec()),
    }
}

/// What is inside a chunk.
fn content(chunk: &[u8]) -> Option<&[u8]> {
    let length = chunk.iter().skip(9).position(|byte| *byte < 0x80)? + 1;
    chunk.get(9 + length..)
}

fn framed(hash: &ChangeHash, content: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(content.len() + 12);
    chunk.extend(MAGIC);
    chunk.extend(hash.0.iter().take(4));
    chunk.push(CHANGE);
    let mut length = content.len();
    while length >= 0x80 {
        chunk.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    chunk.push(length as u8);
    chunk.extend(content);
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::crdt::{Change, Document, genesis_hash};
    use sync_core::ids::Actor;
    use sync_core::record::{Fields, Scalar};
    use sync_core::scope::Kind;

    fn change(kind: Kind, n: u8, fields: &[(&str, Scalar)]) -> Change {
        let fields: Fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let record = format!("0190a0b0c0d0e0f001020304050607{n:02x}");
        let mut document = Document::new(kind).unwrap();
        document.write(&Actor([n; 16]), 1_780_000_000_000, &record, &fields).unwrap().unwrap()
    }

    fn visit(n: u8) -> Change {
        change(
            Kind::Log,
            n,
            &[
                ("type", "visit".into()),
                ("zone", "Europe/Moscow".into()),
                ("date", "2026-05-15".into()),
                ("start", "10:15".into()),
                ("end", "11:00".into()),
                ("place_kind", "home".into()),
                (&format!("performer/{}/role", "ab".repeat(16)), "social_worker".into()),
                ("service/cooking", true.into()),
                ("mood", Scalar::Int(4)),
                ("notes", "Настроение хорошее, вымыла посуду, сходила за хлебом".into()),
            ],
        )
    }

    #[test]
    fn changes_come_back_byte_for_byte_in_much_less_room() {
        let visit = visit(7);
        let packed = pack(&visit.hash(), visit.bytes());
        assert_eq!(unpack(&visit.hash(), &packed).unwrap(), visit.bytes());
        assert!(packed.len() * 2 < visit.bytes().len(), "{} of {}", packed.len(), visit.bytes().len());
    }

    #[test]
    fn whole_chunks_and_nothing_are_read_as_they_are() {
        let visit = visit(7);
        assert_eq!(unpack(&visit.hash(), visit.bytes()).unwrap(), visit.bytes());
        assert_eq!(unpack(&visit.hash(), &[]).unwrap(), Vec::<u8>::new());
    }

    #[test]
    fn what_would_not_come_back_is_kept_whole() {
        let visit = visit(7);
        // Another hash, hence another checksum than the one in the bytes.
        let hash = ChangeHash([9; 32]);
        assert_eq!(pack(&hash, visit.bytes()), visit.bytes());
        for odd in [vec![], vec![0; 5], vec![0x85; 40], vec![1; 300]] {
            assert_eq!(unpack(&hash, &pack(&hash, &odd)).ok().unwrap_or_default(), odd);
        }
    }

    #[test]
    fn damaged_bodies_give_an_error_or_other_bytes_and_never_more_than_the_most() {
        let visit = visit(7);
        let packed = pack(&visit.hash(), visit.bytes());
        for at in 1..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x55;
            if let Ok(bytes) = unpack(&visit.hash(), &damaged) {
                assert!(bytes.len() <= MOST + 64);
            }
            assert!(unpack(&visit.hash(), &packed[..at]).is_err() || at == 0);
        }
        let bomb = [&[PACKED], deflate(&vec![0; 4 * MOST]).unwrap().as_slice()].concat();
        assert!(unpack(&visit.hash(), &bomb).is_err());
    }

    /// How the dictionary was made, once: words, a record, and one change of each shape, the commonest last.
    #[test]
    #[ignore = "writes the dictionary of another version"]
    fn make_a_dictionary() {
        let mut text: Vec<u8> = [WORDS, RECORD].concat().into_bytes();
        for kind in Kind::ALL {
            text.extend(genesis_hash(kind).unwrap().0);
        }
        let id = "0123456789abcdef0123456789abcdef";
        let person = change(
            Kind::Person,
            1,
            &[
                ("type", "person".into()),
                ("zone", "Europe/Moscow".into()),
                ("name", "".into()),
                ("phone", "".into()),
                ("address", "".into()),
                ("settlement", id.into()),
            ],
        );
        let case = change(
            Kind::Case,
            2,
            &[
                ("type", "case".into()),
                ("zone", "Europe/Moscow".into()),
                ("care_status", "active".into()),
                ("person", id.into()),
                ("palliative", false.into()),
                ("needs", "".into()),
            ],
        );
        let task = change(
            Kind::Task,
            3,
            &[
                ("type", "task".into()),
                ("zone", "Europe/Kyiv".into()),
                ("kind", "firewood".into()),
                ("status", "offered".into()),
                ("due", "2026-06-01".into()),
                ("what", "".into()),
                (&format!("assignee/{id}"), true.into()),
            ],
        );
        let void = change(
            Kind::Log,
            4,
            &[("void/at", Scalar::Int(1)), ("void/by", id.into()), ("void/why", "".into())],
        );
        let delivery = change(
            Kind::Log,
            5,
            &[
                ("type", "delivery".into()),
                ("zone", "Europe/Kyiv".into()),
                ("date", "2026-05-15".into()),
                (&format!("line/{id}/item"), "food".into()),
                (&format!("line/{id}/qty"), Scalar::Int(1)),
                (&format!("line/{id}/unit"), "pcs".into()),
                ("received_by", "self".into()),
            ],
        );
        for sample in [person, case, task, void, delivery, visit(6)] {
            text.extend(content(sample.bytes()).unwrap());
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/deflated.dict"), text).unwrap();
    }

    const RECORD: &str = r#"{"date":"2026-05-15","end":"11:00","mood":4,"notes":"","performer/0190a0b0c0d0e0f00102030405060708/role":"social_worker","place_kind":"home","service/cooking":true,"start":"10:15","type":"visit","zone":"Europe/Moscow"}"#;

    const WORDS: &str = "\
        signature/witness reason/ comment/ text author measure/ minutes volunteer/ hours steps/ step/ done at \
        America/Chicago Asia/Yekaterinburg Asia/Novosibirsk Asia/Vladivostok Europe/Samara offset_ms leader/ present/ \
        unnamed topic in_progress accepted declined failed cancelled outcome money_minor photo/ phone telephone \
        hygiene medicine firewood water transport documents social_worker volunteer nurse relative neighbour \
        service/shopping service/cleaning service/washing service/talk service/cooking center home street \
        по телефону на дому не открыла дверь дома никого нет уехала к родственникам в больнице вызвали врача скорую \
        попросила передать соседям прийти завтра на следующей неделе в понедельник вторник среду четверг пятницу \
        давление температура пульс сахар лекарства выпила приняла таблетки по назначению врача самочувствие хорошее \
        чувствует себя хорошо плохо жалуется на боль в ноге спине сердце голова кружится спала аппетит настроение \
        продукты хлеб молоко крупа овощи купила принесла приготовила обед суп кашу помыла посуду пол убрала комнату \
        постирала бельё вынесла мусор принесла воды дров растопила печь помогла умыться одеться поговорили погуляли \
        оплатила квитанции за свет газ пенсия принесли почтальон дочь сын внук звонила приезжал соседка помогает \
        почувається добре погано вдома тиск ліки прийняла допомогла прибрала приготувала обід купила продукти хліб \
        молоко воду дрова розтопила піч поговорили скаржиться на біль лікар медсестра сусідка донька онук не було \
        заходила будет были была был есть нет надо нужно просит очень уже ещё после перед вместе с ней у него её что ";
}
