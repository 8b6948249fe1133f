//! What a device may have, page by page.
