//! The web client, out of the binary or a folder.
