//! How many may listen.

use super::*;

fn device(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

#[test]
fn there_is_room_for_so_many_and_again_when_somebody_leaves() {
    let news = News::new(2);
    let (first, _second) = (news.place(device(1)).unwrap(), news.place(device(2)).unwrap());
    assert!(news.place(device(3)).is_none());
    drop(first);
    assert!(news.place(device(3)).is_some());
}

#[test]
fn a_device_makes_room_for_itself() {
    let news = News::new(2);
    let (mut first, mut second) = (news.place(device(1)).unwrap(), news.place(device(1)).unwrap());
    let _third = news.place(device(1)).unwrap();
    assert!(first.ended.try_recv().is_err_and(|end| end == oneshot::error::TryRecvError::Closed));
    assert!(second.ended.try_recv().is_err_and(|end| end == oneshot::error::TryRecvError::Empty));
    drop(first);
    assert!(news.place(device(2)).is_none(), "leaving late frees no place twice");
}
