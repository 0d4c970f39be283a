//! Prints the state machine as the documentation shows it.

fn main() {
    println!("# The states of a negotiation\n");
    println!(
        "Made from the transition table in `crates/domain/negotiation/src/state.rs`; `make docs` writes it anew.\n"
    );
    println!("```mermaid\n{}\n```", forecourt_negotiation::state::diagram());
}
