//! Prints the table role × right, from the one place that holds it.
//!
//! `cargo run -p forecourt-kernel --example rights_table`

use forecourt_kernel::rights::{Right, Role};

fn main() {
    print!("{:<18}", "");
    for role in Role::ALL {
        print!(" {:>9}", role.as_str());
    }
    println!();
    for right in Right::ALL {
        print!("{:<18}", right.as_str());
        for role in Role::ALL {
            print!(" {:>9}", if right.held_by(*role) { "yes" } else { "-" });
        }
        println!();
    }
}
