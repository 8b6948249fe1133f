//! What the desk may ask of the read model, each within the reach of who asks.

use serde_json::{Map, Value};
use sync_core::ids::Id;

use super::queries::cases::{self, CaseDetail, CaseItem, CasePage};
use super::queries::counts::{self, RecordCounts};
use super::queries::people::{self, PersonPage};
use super::queries::quarantine::{self, QuarantineItem, QuarantinePage};
use super::queries::record::{self, ChangeItem, RecordDetail};
use super::queries::records::{self, RecordItem, RecordPage};
use super::queries::{Reach, catalogue};
use super::{ReadModel, ReadModelError, content};

type Answer<T> = Result<T, ReadModelError>;

/// `nodes` are always the place nodes of the coordinator who asks.
impl ReadModel {
    /// What lies below these nodes.
    pub async fn reach(&self, nodes: &[Id]) -> Answer<Reach> {
        let nodes = nodes.to_vec();
        self.read(move |connection| Reach::below(connection, &nodes)).await
    }

    /// The merged log.
    pub async fn records(&self, nodes: &[Id], filter: records::Filter) -> Answer<RecordPage> {
        let nodes = nodes.to_vec();
        let mut page = self
            .read(move |connection| records::list(connection, &Reach::below(connection, &nodes)?, &filter))
            .await?;
        content::of_records(self.log.as_ref(), page.items.iter_mut()).await?;
        Ok(page)
    }

    /// How many records of the merged log there are of each state and type.
    pub async fn record_counts(&self, nodes: &[Id], filter: records::Filter) -> Answer<RecordCounts> {
        let nodes = nodes.to_vec();
        self.read(move |connection| counts::count(connection, &Reach::below(connection, &nodes)?, filter))
            .await
    }

    /// One record with its story.
    pub async fn record(&self, nodes: &[Id], id: &str, doc: Option<&str>) -> Answer<Option<RecordDetail>> {
        let (nodes, id, doc) = (nodes.to_vec(), id.to_owned(), doc.map(str::to_owned));
        let story = self
            .read(move |connection| {
                record::story(connection, &Reach::below(connection, &nodes)?, &id, doc.as_deref())
            })
            .await?;
        let Some(mut story) = story else { return Ok(None) };
        content::of_story(self.log.as_ref(), &mut story.record, &mut story.history).await?;
        story.told().map(Some)
    }

    /// Several records as they stand, each with its changes; what is not within reach is `None`.
    pub async fn records_with_history(
        &self,
        nodes: &[Id],
        wanted: Vec<(String, Option<String>)>,
    ) -> Answer<Vec<Option<(RecordItem, Vec<ChangeItem>)>>> {
        let nodes = nodes.to_vec();
        let mut found: Vec<Option<(RecordItem, Vec<ChangeItem>)>> = self
            .read(move |connection| {
                let reach = Reach::below(connection, &nodes)?;
                wanted
                    .iter()
                    .map(|(id, doc)| {
                        let Some(found) = record::find(connection, &reach, id, doc.as_deref())? else {
                            return Ok(None);
                        };
                        let history = record::history(connection, &found)?;
                        Ok(Some((found, history)))
                    })
                    .collect::<Answer<_>>()
            })
            .await?;
        for (record, history) in found.iter_mut().flatten() {
            content::of_story(self.log.as_ref(), record, history).await?;
        }
        Ok(found)
    }

    /// Cases by name.
    pub async fn cases(
        &self,
        nodes: &[Id],
        name: Option<String>,
        after: Option<String>,
        limit: usize,
    ) -> Answer<CasePage> {
        let nodes = nodes.to_vec();
        self.read(move |connection| {
            let reach = Reach::below(connection, &nodes)?;
            cases::list(connection, &reach, name.as_deref(), after.as_deref(), limit)
        })
        .await
    }

    /// One case with its cards.
    pub async fn case(&self, nodes: &[Id], id: Id) -> Answer<Option<CaseDetail>> {
        let nodes = nodes.to_vec();
        let mut case = self
            .read(move |connection| {
                cases::detail(connection, &Reach::below(connection, &nodes)?, &id.to_string())
            })
            .await?;
        let cards = case.iter_mut().flat_map(|case| &mut case.cards);
        content::of_records(self.log.as_ref(), cards).await?;
        Ok(case)
    }

    /// One case without its cards.
    pub async fn case_item(&self, nodes: &[Id], id: Id) -> Answer<Option<CaseItem>> {
        let nodes = nodes.to_vec();
        self.read(move |connection| {
            cases::find(connection, &Reach::below(connection, &nodes)?, &id.to_string())
        })
        .await
    }

    /// Staff, volunteers and people on file.
    pub async fn people(&self, nodes: &[Id], filter: people::Filter) -> Answer<PersonPage> {
        let nodes = nodes.to_vec();
        self.read(move |connection| people::list(connection, &Reach::below(connection, &nodes)?, &filter))
            .await
    }

    /// The catalogue, list by list.
    pub async fn catalogue(&self) -> Answer<Map<String, Value>> {
        self.read(catalogue::all).await
    }

    /// What was set aside; `staff` are the people whose work is within reach wherever it says it belongs.
    pub async fn quarantine(
        &self,
        nodes: &[Id],
        staff: &[Id],
        state: Option<String>,
        after: Option<String>,
        limit: usize,
    ) -> Answer<QuarantinePage> {
        let (nodes, staff) = (nodes.to_vec(), list_of(staff));
        self.read(move |connection| {
            let reach = Reach::below(connection, &nodes)?;
            quarantine::list(connection, &reach, &staff, state.as_deref(), after.as_deref(), limit)
        })
        .await
    }

    /// One set-aside change.
    pub async fn quarantined(&self, nodes: &[Id], staff: &[Id], id: u64) -> Answer<Option<QuarantineItem>> {
        let (nodes, staff) = (nodes.to_vec(), list_of(staff));
        self.read(move |connection| {
            quarantine::find(connection, &Reach::below(connection, &nodes)?, &staff, id)
        })
        .await
    }
}

fn list_of(people: &[Id]) -> String {
    serde_json::to_string(people).unwrap_or_else(|_| "[]".to_owned())
}
