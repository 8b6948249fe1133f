//! What a thread allocates, counted: the most it held at once since it was asked to begin.

// An allocator cannot be written without; this one only counts and passes on.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

fn took(bytes: usize) {
    HELD.set(HELD.get().wrapping_add(bytes));
    // What another thread had allocated may be given back here: less than nothing is held then.
    if HELD.get() as isize > MOST.get() as isize {
        MOST.set(HELD.get());
    }
}

fn gave(bytes: usize) {
    HELD.set(HELD.get().wrapping_sub(bytes));
}

// SAFETY: every call goes to the system's allocator as it came; the counting touches two numbers of this thread,
// which are there from its first moment to its last and never allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may both be there for a moment.
        took(size);
        let moved = unsafe { System.realloc(pointer, layout, size) };
        gave(layout.size());
        moved
    }
}

/// What `work` gives, and the most bytes it held at once beyond what was held before.
pub fn most_held_by<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    MOST.set(before);
    let done = work();
    (done, MOST.get().wrapping_sub(before))
}

#[test]
fn what_is_allocated_and_given_back_is_counted() {
    let (_, most) = most_held_by(|| drop(vec![0u8; 1 << 20]));
    assert!((1 << 20..1 << 21).contains(&most), "{most}");
    let ((), most) = most_held_by(|| ());
    assert_eq!(most, 0);
}
