//! A password that is typed: what stands on the screen is read over the shoulder, and kept by the terminal.

use std::io::{self, BufRead, IsTerminal};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// One line from stdin, which a terminal does not show.
pub fn read() -> io::Result<String> {
    eprintln!("Password:");
    let unseen = Unseen::begin();
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    if unseen.is_some() {
        // The person's own line break was not shown either.
        eprintln!();
    }
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// While this lives the terminal shows nothing of what is typed.
struct Unseen(Termios);

impl Unseen {
    /// `None` when stdin is no terminal.
    fn begin() -> Option<Self> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent).ok()?;
        Some(Self(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
