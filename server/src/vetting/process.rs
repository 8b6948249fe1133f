//! One child as the server sees it.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use sync_core::admission::{Pace, Vetted};
use sync_core::ids::ChangeHash;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::config::Config;
use super::pipe::{Ask, Say, framed, length, read};
use crate::memory;

/// How long a child may take to start and prove itself, on a machine that has other things to do too.
const START: Duration = Duration::from_secs(60);
/// The signal of a process that used up its processor time.
const SIGXCPU: i32 = 24;

/// A running child. Dropped, it is killed.
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What a child made of a job.
pub(super) enum Answer {
    Found(Vec<Vetted>),
    NoDocument,
}

/// A child that is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Death {
    /// The change it was trying, if it said so.
    pub trying: Option<ChangeHash>,
    pub timed_out: bool,
}

impl Process {
    /// Starts a child and waits until it has shown that it can vet.
    pub(super) async fn start(config: &Config) -> io::Result<Self> {
        let mut child = Command::new(&config.program)
            .args(&config.args)
            .env_clear()
            .envs(memory::for_a_child())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let no_pipe = || io::Error::other("a child without a pipe");
        let input = child.stdin.take().ok_or_else(no_pipe)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(no_pipe)?);
        let mut process = Self { child, input, output };
        match timeout(START, process.hear()).await?? {
            Say::Ready => Ok(process),
            _ => Err(io::Error::other("a child that does not start by being ready")),
        }
    }

    /// Has the child do a job. After a death the process is of no more use.
    pub(super) async fn ask(&mut self, ask: &Ask, deadline: Duration) -> Result<Answer, Death> {
        let mut trying = None;
        let mut step = timeout(deadline, self.tell(ask)).await;
        loop {
            match step {
                Ok(Ok(Some(Say::Found(found)))) => return Ok(Answer::Found(found)),
                Ok(Ok(Some(Say::NoDocument))) => return Ok(Answer::NoDocument),
                // In one breath with others the note names nobody, and the clock runs for all of them.
                Ok(Ok(Some(Say::Trying(hash)))) if ask.pace == Pace::OneByOne => trying = Some(hash),
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return Err(Death { trying, timed_out: self.ran_out_of_time().await }),
                Err(_) => return Err(Death { trying, timed_out: true }),
            }
            step = timeout(deadline, self.hear()).await.map(|said| said.map(Some));
        }
    }

    async fn tell(&mut self, ask: &Ask) -> io::Result<Option<Say>> {
        self.input.write_all(&framed(ask)?).await?;
        self.input.flush().await?;
        Ok(None)
    }

    async fn hear(&mut self) -> io::Result<Say> {
        let mut head = [0; 4];
        self.output.read_exact(&mut head).await?;
        let mut bytes = vec![0; length(head)?];
        self.output.read_exact(&mut bytes).await?;
        read(&bytes)
    }

    /// Why the pipe broke: the kernel's limit on processor time, or anything else.
    async fn ran_out_of_time(&mut self) -> bool {
        let _ = self.child.start_kill();
        matches!(self.child.wait().await, Ok(status) if status.signal() == Some(SIGXCPU))
    }
}
