//! The vetting process itself: reads jobs, answers, and dies where the server would have.

use std::io::{self, BufReader, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, Pace, Vetted, vet};
use sync_core::crdt::{Document, DocumentError};
use sync_core::ids::{Actor, ChangeHash, DocId};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

use super::pipe::{Ask, Say, receive, send};

/// Virtual: only what is used becomes memory.
const STACK: usize = 256 << 20;

/// What is done with a job: [`standard`], or in the tests of the pool something worse.
pub type Handler = fn(&Job, Pace, &mut dyn FnMut(ChangeHash)) -> Result<Vec<Vetted>, DocumentError>;

/// Vets jobs from stdin until it is closed. The whole of `footpath vet`.
pub fn run() -> io::Result<()> {
    run_with(standard)
}

/// The same with another way to do a job.
pub fn run_with(handler: Handler) -> io::Result<()> {
    lock_down()?;
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let input = BufReader::new(io::stdin().lock());
        serve(input, io::stdout().lock(), handler)
    })?;
    thread.join().map_err(|_| io::Error::other("vetting panicked"))?
}

/// Admission as it is.
pub fn standard(
    job: &Job,
    pace: Pace,
    trying: &mut dyn FnMut(ChangeHash),
) -> Result<Vec<Vetted>, DocumentError> {
    vet(job, &Limits::STANDARD, pace, trying)
}

fn serve(mut input: impl Read, mut output: impl Write, handler: Handler) -> io::Result<()> {
    if !can_vet() {
        return Err(io::Error::other("an honest change was not found sound"));
    }
    send(&mut output, &Say::Ready)?;
    while let Some(ask) = receive::<Ask>(&mut input)? {
        limit_memory(ask.memory_mib)?;
        limit_time(ask.cpu_seconds)?;
        // A pipe that breaks here is noticed when the answer is sent.
        let mut trying = |hash| {
            let _ = send(&mut output, &Say::Trying(hash));
            if ask.pace == Pace::OneByOne {
                let _ = limit_time(ask.cpu_seconds);
            }
        };
        let answer = match handler(&ask.job, ask.pace, &mut trying) {
            Ok(found) => Say::Found(found),
            Err(_) => Say::NoDocument,
        };
        send(&mut output, &answer)?;
    }
    Ok(())
}

/// Whether this machine and this build let an honest change through at all.
fn can_vet() -> bool {
    let actor = Actor([1; 16]);
    let fields = Fields::from([("note".to_owned(), Scalar::from("ready"))]);
    let change = Document::new(Kind::Task).and_then(|mut task| task.write(&actor, 0, "", &fields));
    let Ok(Some(change)) = change else { return false };
    let bytes = Bytes(change.bytes().to_vec());
    let job = Job {
        doc: DocId([0; 16]),
        kind: Kind::Task,
        existing: Vec::new(),
        refused: Vec::new(),
        candidates: vec![Candidate { hash: change.hash(), actor, bytes }],
    };
    let found = standard(&job, Pace::Together, &mut |_| {}).unwrap_or_default();
    matches!(found.as_slice(), [Vetted { finding: Finding::Sound(_), .. }])
}

/// No core dumps and no files: what people wrote leaves this process through the pipe or not at all.
fn lock_down() -> io::Result<()> {
    // A panic's message may quote a field.
    std::panic::set_hook(Box::new(|_| {}));
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)?;
    setrlimit(Resource::Fsize, none)?;
    Ok(())
}

fn limit_memory(mib: u64) -> io::Result<()> {
    soft_limit(Resource::As, mib << 20)
}

/// From now on, `seconds` of processor time until the kernel ends the process.
fn limit_time(seconds: u64) -> io::Result<()> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    soft_limit(Resource::Cpu, used + 1 + seconds)
}

fn soft_limit(resource: Resource, limit: u64) -> io::Result<()> {
    let maximum = rustix::process::getrlimit(resource).maximum;
    let current = Some(maximum.map_or(limit, |maximum| limit.min(maximum)));
    Ok(setrlimit(resource, Rlimit { current, maximum })?)
}
