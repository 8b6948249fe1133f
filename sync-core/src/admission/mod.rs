//! The check every change passes before it may touch a document.
