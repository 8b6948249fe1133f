//! The pool: hands jobs to children, replaces the dead, and finds out who killed them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sync_core::admission::{Finding, Job, Pace, Vetted};
use sync_core::ids::ChangeHash;
use sync_core::verdict::Reason;
use tokio::sync::Semaphore;

use super::config::Config;
use super::pipe::Ask;
use super::process::{Answer, Death, Process};
use crate::push::{Vet, VettingDown};

/// A change that brought down this many children is the cause, and not a passer-by.
const DEATHS_TO_BLAME: u32 = 2;

/// A pool of vetting processes.
pub struct Vetting {
    config: Config,
    places: Semaphore,
    idle: Mutex<Vec<Process>>,
    trouble: Mutex<Trouble>,
}

/// Children that could not be started or died, since one last did its job.
#[derive(Default)]
struct Trouble {
    in_a_row: u32,
    /// No child is started before.
    until: Option<Instant>,
}

impl Vetting {
    /// A pool with nobody in it yet: children are started when there is work.
    pub fn new(config: Config) -> Self {
        let places = Semaphore::new(config.children.max(1));
        Self { config, places, idle: Mutex::default(), trouble: Mutex::default() }
    }

    /// Starts all children, so that no push waits for one and a bad set-up shows at once. Later the server is
    /// bigger, and until a fork has become a child the system counts it twice.
    pub async fn warm_up(&self) -> Result<(), VettingDown> {
        for _ in 0..self.config.children {
            let process = self.start().await?;
            lock(&self.idle).push(process);
        }
        Ok(())
    }

    /// A finding for each candidate, in their order. Never two for one hash.
    pub async fn vet(&self, mut job: Job) -> Result<Vec<Vetted>, VettingDown> {
        let _place = self.places.acquire().await.map_err(|_| VettingDown)?;
        let order: Vec<ChangeHash> = job.candidates.iter().map(|candidate| candidate.hash).collect();
        let mut case = Case::default();
        let mut pace = Pace::Together;
        let found = loop {
            match self.ask(&job, pace).await? {
                Ok(Answer::Found(found)) => break found,
                Ok(Answer::NoDocument) => {
                    tracing::error!(doc = %job.doc, "the admitted changes make no document");
                    break set_all_aside(&job, Reason::VettingFailed);
                }
                Err(death) => {
                    tracing::warn!(doc = %job.doc, ?death, ?pace, "a vetting process died");
                    pace = Pace::OneByOne;
                    match case.heard(death, self.config.deaths) {
                        Ruling::TryAgain => {}
                        Ruling::Blame(hash, reason) => blame(&mut job, &mut case, hash, reason),
                        Ruling::GiveUp(reason) => break set_all_aside(&job, reason),
                    }
                }
            }
        };
        Ok(in_order(&order, case.blamed, found))
    }

    /// Has one child do the job. The outer error: there is none to be had.
    async fn ask(&self, job: &Job, pace: Pace) -> Result<Result<Answer, Death>, VettingDown> {
        let idle = lock(&self.idle).pop();
        let mut process = match idle {
            Some(process) => process,
            None => self.start().await?,
        };
        let Config { cpu_seconds, memory_mib, deadline, .. } = self.config;
        let ask = Ask { job: job.clone(), pace, cpu_seconds, memory_mib };
        let answer = process.ask(&ask, deadline).await;
        match answer {
            Ok(_) => {
                *lock(&self.trouble) = Trouble::default();
                lock(&self.idle).push(process);
            }
            Err(_) => lock(&self.trouble).in_a_row += 1,
        }
        Ok(answer)
    }

    async fn start(&self) -> Result<Process, VettingDown> {
        let wait = {
            let trouble = lock(&self.trouble);
            if trouble.until.is_some_and(|until| until > Instant::now()) {
                return Err(VettingDown);
            }
            backoff(trouble.in_a_row, Duration::from_millis(10), Duration::from_secs(1))
        };
        tokio::time::sleep(wait).await;
        Process::start(&self.config).await.map_err(|error| {
            tracing::error!(%error, "no vetting process could be started");
            let mut trouble = lock(&self.trouble);
            trouble.in_a_row += 1;
            let wait = backoff(trouble.in_a_row, Duration::from_millis(100), Duration::from_secs(10));
            trouble.until = Some(Instant::now() + wait);
            VettingDown
        })
    }
}

#[async_trait]
impl Vet for Vetting {
    async fn vet(&self, job: Job) -> Result<Vec<Vetted>, VettingDown> {
        Vetting::vet(self, job).await
    }

    fn alive(&self) -> bool {
        lock(&self.trouble).until.is_none_or(|until| until <= Instant::now())
    }
}

/// What is known about who killed children over one job.
#[derive(Default)]
struct Case {
    deaths: u32,
    counts: BTreeMap<Option<ChangeHash>, u32>,
    blamed: BTreeMap<ChangeHash, Reason>,
}

enum Ruling {
    TryAgain,
    Blame(ChangeHash, Reason),
    GiveUp(Reason),
}

impl Case {
    fn heard(&mut self, death: Death, most: u32) -> Ruling {
        let reason = if death.timed_out { Reason::VettingTimeout } else { Reason::VettingFailed };
        self.deaths += 1;
        let count = self.counts.entry(death.trying).or_default();
        *count += 1;
        match death.trying {
            Some(hash) if *count >= DEATHS_TO_BLAME => Ruling::Blame(hash, reason),
            // The first death is of the quick way, which names nobody.
            None if *count > DEATHS_TO_BLAME => Ruling::GiveUp(reason),
            _ if self.deaths >= most => Ruling::GiveUp(reason),
            _ => Ruling::TryAgain,
        }
    }
}

fn blame(job: &mut Job, case: &mut Case, hash: ChangeHash, reason: Reason) {
    tracing::warn!(doc = %job.doc, change = %hash, %reason, "set aside: it ended two vetting processes");
    job.candidates.retain(|candidate| candidate.hash != hash);
    job.refused.push(hash);
    case.blamed.insert(hash, reason);
}

fn set_all_aside(job: &Job, reason: Reason) -> Vec<Vetted> {
    let hashes = job.candidates.iter().map(|candidate| candidate.hash);
    hashes.map(|hash| Vetted { hash, finding: Finding::SetAside(reason) }).collect()
}

fn in_order(order: &[ChangeHash], blamed: BTreeMap<ChangeHash, Reason>, found: Vec<Vetted>) -> Vec<Vetted> {
    let mut findings: BTreeMap<ChangeHash, Finding> =
        found.into_iter().map(|vetted| (vetted.hash, vetted.finding)).collect();
    findings.extend(blamed.into_iter().map(|(hash, reason)| (hash, Finding::SetAside(reason))));
    order.iter().filter_map(|hash| Some(Vetted { hash: *hash, finding: findings.remove(hash)? })).collect()
}

fn backoff(in_a_row: u32, first: Duration, longest: Duration) -> Duration {
    match in_a_row.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => first.saturating_mul(1 << doublings.min(16)).min(longest),
    }
}

/// Nothing is done under these locks that could panic or wait.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
