//! Taking a request's body whole: never more than the limit, never longer than the deadline, and all bodies
//! together never more than there is room for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use sync_core::wire::MAX_BODY;

use crate::config::Config;
use crate::problem::{Code, Problem};

/// Bytes of bodies held at once, of requests that come, wait and are worked on.
const ALL_BODIES: usize = 192 * 1024 * 1024;

/// How many bytes of bodies are held now.
#[derive(Clone)]
pub struct Room {
    held: Arc<AtomicUsize>,
    most: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { held: Arc::default(), most: ALL_BODIES }
    }
}

/// A body and its share of the room, given back when the body is let go of.
struct Held {
    bytes: Vec<u8>,
    room: Room,
}

impl Held {
    fn take(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let before = self.room.held.fetch_add(piece.len(), Ordering::Relaxed);
        if before + piece.len() > self.room.most {
            self.room.held.fetch_sub(piece.len(), Ordering::Relaxed);
            return Err(Code::Busy.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.held.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// The whole body. A declared length over the limit is refused before a byte is read; the deadline is for the
/// whole of it, however steadily it drips.
pub async fn whole(body: Body, headers: &HeaderMap, config: &Config, room: &Room) -> Result<Bytes, Problem> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Code::TooLarge.into());
    }
    let held = Held { bytes: Vec::new(), room: room.clone() };
    match tokio::time::timeout(config.body_deadline, collect(body, held)).await {
        Err(_) => Err(Code::Timeout.into()),
        Ok(collected) => collected,
    }
}

async fn collect(body: Body, mut held: Held) -> Result<Bytes, Problem> {
    let mut body = Limited::new(body, MAX_BODY);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                if let Some(piece) = frame.data_ref() {
                    held.take(piece)?;
                }
            }
            Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => {
                return Err(Code::TooLarge.into());
            }
            Err(_) => return Err(Code::Malformed.into()),
        }
    }
    Ok(Bytes::from_owner(held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_share_a_room_and_give_it_back() {
        let room = Room { most: 10, ..Room::default() };
        let take = async |bytes: &'static [u8]| {
            whole(Body::from(bytes), &HeaderMap::new(), &Config::default(), &room).await
        };
        let first = take(b"12345678").await.unwrap();
        assert_eq!(take(b"123").await.unwrap_err().code, Code::Busy);
        // One that was refused in the middle leaves nothing behind.
        assert_eq!(room.held.load(Ordering::Relaxed), first.len());
        let part = first.slice(..2);
        drop(first);
        assert_eq!(take(b"123").await.unwrap_err().code, Code::Busy, "a part of it is still held");
        drop(part);
        assert_eq!(take(b"1234567890").await.unwrap().as_ref(), b"1234567890");
        assert_eq!(room.held.load(Ordering::Relaxed), 0);
    }
}
