// SPDX-License-Identifier: LGPL-2.1-or-later
//! Plays a recorded run, and prints what it came to: `cargo run --example first FILE`.

use gstream::prelude::*;

fn main() -> Result<(), glib::Error> {
    let name = std::env::args_os().nth(1).expect("a FILE");
    let source = gstream::JsonLinesSource::new(&gio::File::for_commandline_arg(name));
    let run = gstream::RunStream::new(&source, None);

    println!("{}", run.output_sync(gio::Cancellable::NONE)?.expect("a state").json().0);
    Ok(())
}
