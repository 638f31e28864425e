// SPDX-License-Identifier: LGPL-2.1-or-later
//! Run streams of LangGraph agents as GObjects: what gir generates of the GIR.

macro_rules! assert_initialized_main_thread {
    () => {};
}
macro_rules! skip_assert_initialized {
    () => {};
}

#[allow(clippy::all, unused_imports, deprecated)]
mod auto;

pub use auto::*;
pub use ffi;

pub mod prelude {
    pub use crate::auto::traits::*;
    pub use gio::prelude::*;
}
