//! Changes in less room: what every change says is in a dictionary, what its row says is left out. See ADR 47 and 66.
//!
//! A packed body is its form, and then the content of the chunk, deflated; the frame around it (magic, checksum,
//! length) follows from the content. A body that begins with the chunk's own first byte is a whole chunk: as all were
//! written once, and as one is still that would not come back byte for byte.

use sync_core::ids::{ChangeHash, Id, sha256};

use super::codec::odd;
use super::short_ids::{id_bytes, lengthen, shorten};
use crate::deflated::{DICTIONARY, deflate_behind, inflate, inflate_behind};
use crate::store::Stored;

/// Ids as bytes, behind the dictionary and the author's id: who wrote it is often whom it speaks of.
/// Another dictionary gets another number.
const BY_AUTHOR: u8 = 2;
/// Behind the dictionary alone: as all were packed once.
const PACKED: u8 = 1;
/// In front of what is kept as it came and does not begin as a chunk does.
const WHOLE: u8 = 0;
/// The first byte of a chunk.
const CHUNK: u8 = 0x85;

const MAGIC: [u8; 4] = [CHUNK, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;
/// Longer than any change that is admitted.
const MOST: usize = 1 << 20;
/// So much of a hash is kept beside a body that says it all. No damage gets past it, and a change is found by it.
const BEGINNING: usize = 6;

/// What is kept of a change.
#[derive(Debug, PartialEq)]
pub struct Kept {
    /// The beginning of the hash, or the whole where the body does not say it.
    pub hash: Vec<u8>,
    pub body: Vec<u8>,
}

/// What to keep of a change of this author.
pub fn pack(author: Id, hash: &ChangeHash, bytes: &[u8]) -> Kept {
    let body = body(author, hash, bytes);
    let hash = if said(bytes) == *hash { beginning(hash).to_vec() } else { hash.0.to_vec() };
    Kept { hash, body }
}

/// The hash of a change and its bytes, from what is kept of them. A whole hash is believed: whether the bytes are the
/// change that it names is not asked here.
pub fn unpack(author: Id, hash: &[u8], body: &[u8]) -> Stored<(ChangeHash, Vec<u8>)> {
    let bytes = match body.split_first() {
        Some((&BY_AUTHOR, deflated)) => {
            let short = inflate_behind(&dictionary(author), deflated, MOST).ok_or(odd("body"))?;
            framed(hash, &lengthen(&short).ok_or(odd("body"))?)
        }
        Some((&PACKED, deflated)) => framed(hash, &inflate(deflated, MOST).ok_or(odd("body"))?),
        Some((&WHOLE, bytes)) => bytes.to_vec(),
        _ => body.to_vec(),
    };
    if let Some(whole) = ChangeHash::from_slice(hash) {
        return Ok((whole, bytes));
    }
    let said = said(&bytes);
    if beginning(&said) == hash { Ok((said, bytes)) } else { Err(odd("body")) }
}

/// By what a change is found, unless its whole hash is kept.
pub fn beginning(hash: &ChangeHash) -> &[u8] {
    hash.0.get(..BEGINNING).unwrap_or_default()
}

fn body(author: Id, hash: &ChangeHash, bytes: &[u8]) -> Vec<u8> {
    let packed = content(bytes)
        .and_then(|content| deflate_behind(&dictionary(author), &shorten(content)))
        .map(|deflated| [&[BY_AUTHOR], deflated.as_slice()].concat());
    let comes_back = |packed: &Vec<u8>| {
        packed.len() < bytes.len()
            && unpack(author, &hash.0, packed).is_ok_and(|(_, unpacked)| unpacked == bytes)
    };
    packed.filter(comes_back).unwrap_or_else(|| match bytes.first() {
        None | Some(&CHUNK) => bytes.to_vec(),
        // No change of ours begins so; what does must not be taken for packed.
        Some(_) => [&[WHOLE], bytes].concat(),
    })
}

/// The hash that these bytes have as a change: of all behind magic and checksum.
fn said(bytes: &[u8]) -> ChangeHash {
    ChangeHash(sha256(bytes.get(8..).unwrap_or_default()))
}

fn dictionary(author: Id) -> Vec<u8> {
    [DICTIONARY, &id_bytes(&author.0)].concat()
}

/// What is inside a chunk.
fn content(chunk: &[u8]) -> Option<&[u8]> {
    let length = chunk.iter().skip(9).position(|byte| *byte < 0x80)? + 1;
    chunk.get(9 + length..)
}

/// The chunk around a content; its checksum is the beginning of its hash.
fn framed(hash: &[u8], content: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(content.len() + 12);
    chunk.extend(MAGIC);
    chunk.extend(hash.iter().take(4));
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
    use crate::deflated::deflate;
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

    const ANNA: Id = Id([0xab; 16]);

    #[test]
    fn changes_come_back_byte_for_byte_in_much_less_room() {
        let visit = visit(7);
        let kept = pack(ANNA, &visit.hash(), visit.bytes());
        let back = unpack(ANNA, &kept.hash, &kept.body).unwrap();
        assert_eq!(back, (visit.hash(), visit.bytes().to_vec()));
        assert_eq!(kept.hash, visit.hash().0[..BEGINNING]);
        assert!(kept.body.len() * 5 < visit.bytes().len() * 2, "{} bytes", kept.body.len());
    }

    #[test]
    fn who_writes_of_others_loses_little() {
        let (anna, boris) = (Id(*b"e38ca0d82d4f7b61"), Id(*b"71f02b9c6ae5d384"));
        let role = format!("performer/{anna}/role");
        let visit = change(Kind::Log, 7, &[("type", "visit".into()), (&role, "social_worker".into())]);
        let [by_her, by_other] = [anna, boris].map(|by| pack(by, &visit.hash(), visit.bytes()).body.len());
        assert!(by_her + 12 < by_other && by_other < by_her + 20, "{by_her} and {by_other}");
    }

    #[test]
    fn earlier_forms_are_read() {
        let visit = visit(7);
        let packed = [&[PACKED], deflate(content(visit.bytes()).unwrap()).unwrap().as_slice()].concat();
        for body in [packed.as_slice(), visit.bytes()] {
            for hash in [visit.hash().0.as_slice(), beginning(&visit.hash())] {
                let back = unpack(ANNA, hash, body).unwrap();
                assert_eq!(back, (visit.hash(), visit.bytes().to_vec()));
            }
        }
        let erased = unpack(ANNA, &visit.hash().0, &[]).unwrap();
        assert_eq!(erased, (visit.hash(), vec![]), "what was erased keeps its whole hash");
        assert!(unpack(ANNA, beginning(&visit.hash()), &[]).is_err());
    }

    #[test]
    fn what_would_not_come_back_is_kept_whole() {
        let visit = visit(7);
        // Another hash, hence another checksum than the one in the bytes.
        let hash = ChangeHash([9; 32]);
        assert_eq!(
            pack(ANNA, &hash, visit.bytes()),
            Kept { hash: vec![9; 32], body: visit.bytes().to_vec() }
        );
        for odd in [vec![], vec![0; 5], vec![0x85; 40], vec![1; 300], vec![2; 300]] {
            let kept = pack(ANNA, &hash, &odd);
            assert_eq!(unpack(ANNA, &kept.hash, &kept.body).unwrap(), (hash, odd));
        }
    }

    #[test]
    fn damage_is_noticed_and_nothing_grows_without_limit() {
        let visit = visit(7);
        let Kept { hash, body } = pack(ANNA, &visit.hash(), visit.bytes());
        for at in 1..body.len() {
            let mut damaged = body.clone();
            damaged[at] ^= 0x55;
            // The last bits of a body may say nothing.
            assert!(unpack(ANNA, &hash, &damaged).map_or(true, |back| back.1 == visit.bytes()), "byte {at}");
            assert!(unpack(ANNA, &hash, &body[..at]).is_err());
            if let Ok((_, bytes)) = unpack(ANNA, &visit.hash().0, &damaged) {
                assert!(bytes.len() <= 2 * MOST + 64);
            }
        }
        assert!(unpack(Id([8; 16]), &hash, &body).is_err(), "it was another's");
        let bomb = deflate(&vec![0; 4 * MOST]).unwrap();
        for form in [PACKED, BY_AUTHOR] {
            assert!(unpack(ANNA, &visit.hash().0, &[&[form], bomb.as_slice()].concat()).is_err());
        }
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
