//! Whose records a coordinator sees: everything at or below their places.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use sync_core::ids::Id;

use crate::read_model::ReadModelError;

/// The places a coordinator answers for, spelled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The nodes and all that lies below them.
    pub places: BTreeSet<String>,
    /// Every root of the tree is among them: then what has no place, or one that is not in the tree, is
    /// theirs too, so that nothing is seen by nobody.
    pub whole: bool,
}

impl Reach {
    /// What lies at or below these nodes in the catalogue of now.
    pub fn below(connection: &Connection, nodes: &[Id]) -> Result<Self, ReadModelError> {
        let nodes: Vec<String> = nodes.iter().map(Id::to_string).collect();
        let places = subtree(connection, &nodes)?;
        let outside: bool = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM place WHERE (parent IS NULL OR parent NOT IN (SELECT id FROM place))
                                                AND id NOT IN (SELECT value FROM json_each(?1)))",
        )?
        .query_row(params![json_list(&places)], |row| row.get(0))?;
        Ok(Self { places, whole: !outside })
    }

    /// Whether something at this place is within reach.
    pub fn covers(&self, place: Option<&str>) -> bool {
        self.whole || place.is_some_and(|place| self.places.contains(place))
    }

    /// For `IN (SELECT value FROM json_each(…))`.
    pub fn json(&self) -> String {
        json_list(&self.places)
    }
}

/// These nodes and everything below them. Ends on a tree that bites its own tail, too.
pub fn subtree(connection: &Connection, nodes: &[String]) -> Result<BTreeSet<String>, ReadModelError> {
    let mut select = connection.prepare_cached(
        "WITH RECURSIVE below(id) AS (
           SELECT value FROM json_each(?1) UNION SELECT place.id FROM place JOIN below ON place.parent = below.id)
         SELECT id FROM below",
    )?;
    let places = select.query_map(params![json_list(nodes)], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(places)
}

fn json_list<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    serde_json::to_string(&items.into_iter().collect::<Vec<_>>()).unwrap_or_else(|_| "[]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Id {
        Id([byte; 16])
    }

    fn tree(pairs: &[(u8, Option<u8>)]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../schema.sql")).unwrap();
        for (node, parent) in pairs {
            let parent = parent.map(|parent| id(parent).to_string());
            connection
                .execute("INSERT INTO place VALUES (?1, ?2, '', '')", params![id(*node).to_string(), parent])
                .unwrap();
        }
        connection
    }

    #[test]
    fn a_district_reaches_its_villages_and_no_other_district() {
        let tree = tree(&[(1, None), (2, Some(1)), (3, Some(2)), (9, None)]);
        let reach = Reach::below(&tree, &[id(1)]).unwrap();
        assert!(reach.covers(Some(&id(3).to_string())));
        assert!(!reach.covers(Some(&id(9).to_string())));
        assert!(!reach.covers(None));
    }

    #[test]
    fn only_who_has_every_root_sees_what_has_no_place() {
        let tree = tree(&[(1, None), (2, Some(1)), (9, None)]);
        assert!(Reach::below(&tree, &[id(1), id(9)]).unwrap().covers(None));
        assert!(!Reach::below(&tree, &[id(2)]).unwrap().covers(None));
        assert!(!Reach::below(&tree, &[]).unwrap().covers(None));
    }

    #[test]
    fn a_tree_in_a_circle_ends() {
        let tree = tree(&[(1, Some(2)), (2, Some(1))]);
        assert_eq!(Reach::below(&tree, &[id(1)]).unwrap().places.len(), 2);
    }
}
