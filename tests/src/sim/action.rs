//! What can happen, one thing at a time: plain data, so that a history can be written down, cut and told again.
//!
//! Nothing here names an id: people, phones and records are counted, and a number too great goes round. So any
//! part of a history is a history, which is what shrinking needs. What is random in an action grows from its own
//! salt.

use serde::{Deserialize, Serialize};

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// The next morning.
    Day,
    Pass {
        min: u32,
    },
    /// A worker registers somebody: a case and a card.
    Found {
        p: usize,
        salt: u32,
    },
    /// A new record, about one of the person's own cases or about anybody's.
    Write {
        p: usize,
        what: What,
        case: usize,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stranger: bool,
        salt: u32,
    },
    /// One field of a record that the phone shows; 0 is the newest record anybody knows.
    Edit {
        p: usize,
        record: usize,
        field: usize,
        salt: u32,
    },
    /// Several people who show a record change the same field without having heard of each other.
    Clash {
        record: usize,
        field: usize,
        people: usize,
        salt: u32,
    },
    Void {
        p: usize,
        record: usize,
        salt: u32,
    },
    /// Puts a person on a task, or takes them off.
    Appoint {
        p: usize,
        record: usize,
        person: usize,
        on: bool,
        salt: u32,
    },
    /// Talks until there is nothing more to say; the fate is that of one request.
    Sync {
        p: usize,
        fate: Fate,
        /// Which request of this talk, from 0.
        turn: usize,
        salt: u32,
    },
    /// A request that was late arrives.
    Deliver {
        late: usize,
    },
    /// The battery is out after so many storage steps.
    Battery {
        p: usize,
        steps: u32,
        salt: u32,
    },
    Restart {
        p: usize,
        salt: u32,
    },
    /// The browser deletes its database; the log stays.
    LoseCache {
        p: usize,
        salt: u32,
    },
    Clock {
        p: usize,
        shows: Shows,
    },
    /// A copy of the phone's whole disk is made …
    KeepDisk {
        p: usize,
    },
    /// … and put back …
    RestoreDisk {
        p: usize,
        salt: u32,
    },
    /// … or put on another phone, and both go on.
    Twin {
        p: usize,
        salt: u32,
    },
    /// Another phone of this person.
    Enrol {
        person: usize,
        salt: u32,
    },
    /// The phone falls into a well.
    Lose {
        p: usize,
    },
    /// The coordinator takes a phone out of service.
    Revoke {
        p: usize,
    },
    Assign {
        case: usize,
        person: usize,
    },
    Unassign {
        case: usize,
        person: usize,
    },
    /// A dated grant: from so many days from now, for so many days.
    Substitute {
        case: usize,
        person: usize,
        from: i64,
        days: i64,
    },
    /// The coordinator settles a conflict.
    Choose {
        conflict: usize,
        salt: u32,
    },
    Review {
        record: usize,
        approve: bool,
    },
    Release {
        change: usize,
    },
    Settle {
        change: usize,
    },
    /// The server dies before or after so many more storage steps.
    ServerDies {
        steps: u32,
        after: bool,
    },
    /// Off and on between two requests.
    ServerRestart,
    /// The server's clock is so far from the truth.
    ServerClock {
        min: i64,
    },
    /// A backup of the server …
    KeepServer,
    /// … and what there is after it was restored.
    RestoreServer {
        salt: u32,
    },
    /// Good weather until nobody has anything new; then everything must hold.
    Quiet {
        deep: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Visit,
    Delivery,
    /// About a case.
    Task,
    /// About nobody.
    Errand,
    Activity,
}

/// What a phone's clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    Right,
    Y1970,
    Y2100,
    Off { min: i64 },
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Calm,
    LoseRequest,
    LoseAnswer,
    /// The request arrives twice, the second answer is heard.
    Twice,
    /// Given up, and on its way all the same.
    Late,
    /// The server gets its beginning, to so many thousandths.
    CutRequest {
        at: u16,
    },
    /// The phone gets the beginning of the answer as if it were all.
    CutAnswer {
        at: u16,
    },
    /// Sound for the signature of the request, and poisoned: see [`super::poison`].
    Poison {
        way: u8,
    },
}

/// A history: what there is at the beginning, and what happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub seed: u64,
    pub workers: usize,
    pub volunteers: usize,
    /// A bug planted in the simulator's store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planted: Option<super::planted::Bug>,
    pub actions: Vec<Action>,
}

impl History {
    /// As text: one action a line.
    pub fn to_text(&self) -> String {
        let mut text = String::from("{\n");
        text.push_str(&format!(
            "\"seed\":{},\"workers\":{},\"volunteers\":{},",
            self.seed, self.workers, self.volunteers
        ));
        if let Some(bug) = self.planted {
            text.push_str(&format!("\"planted\":{},", serde_json::json!(bug)));
        }
        let lines: Vec<String> =
            self.actions.iter().map(|action| serde_json::json!(action).to_string()).collect();
        text.push_str("\n\"actions\":[\n");
        text.push_str(&lines.join(",\n"));
        text.push_str("\n]}\n");
        text
    }

    /// Reads what [`History::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Action {
    /// The name under which it is counted, for those that are misfortunes; none for everyday life.
    pub fn fate(&self) -> Option<&'static str> {
        Some(match self {
            Self::Sync { fate, .. } => match fate {
                Fate::Calm => return None,
                Fate::LoseRequest => "request_lost",
                Fate::LoseAnswer => "answer_lost",
                Fate::Twice => "request_doubled",
                Fate::Late => "request_late",
                Fate::CutRequest { .. } => "request_cut",
                Fate::CutAnswer { .. } => "answer_cut",
                Fate::Poison { .. } => "change_poisoned",
            },
            Self::Deliver { .. } => "late_delivered",
            Self::Battery { .. } => "battery_low",
            Self::Restart { .. } => "phone_restarted",
            Self::LoseCache { .. } => "cache_lost",
            Self::Clock { .. } => "phone_clock_set",
            Self::RestoreDisk { .. } => "phone_rolled_back",
            Self::Twin { .. } => "phone_twinned",
            Self::Enrol { .. } => "phone_added",
            Self::Lose { .. } => "phone_lost",
            Self::Revoke { .. } => "device_revoked",
            Self::Assign { .. } => "case_assigned",
            Self::Unassign { .. } => "case_taken",
            Self::Substitute { .. } => "case_lent",
            Self::Clash { .. } => "field_changed_by_several",
            Self::Choose { .. } => "conflict_chosen",
            Self::Review { approve: true, .. } => "record_approved",
            Self::Review { approve: false, .. } => "record_returned",
            Self::Release { .. } => "change_released",
            Self::Settle { .. } => "change_settled",
            Self::ServerDies { .. } => "server_dies",
            Self::ServerRestart => "server_restarted",
            Self::ServerClock { .. } => "server_clock_set",
            Self::RestoreServer { .. } => "server_restored",
            Self::Day
            | Self::Pass { .. }
            | Self::Found { .. }
            | Self::Write { .. }
            | Self::Edit { .. }
            | Self::Void { .. }
            | Self::Appoint { .. }
            | Self::KeepDisk { .. }
            | Self::KeepServer
            | Self::Quiet { .. } => return None,
        })
    }
}
