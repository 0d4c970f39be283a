//! What holds for every input.

use forecourt_dealers::dealer::{Dealer, DealerStatus, Step};
use forecourt_dealers::hours::{HoursDraft, SpanDraft, TimeOfDay};
use kernel::error::Violations;
use proptest::prelude::*;

use crate::{World, draft, now};

proptest! {
    #[test]
    fn times_of_day_survive_writing_and_reading(minutes in 0_u16..=1440) {
        let time = TimeOfDay::from_minutes(minutes).unwrap();
        prop_assert_eq!(time.to_string().parse::<TimeOfDay>().unwrap(), time);
    }

    #[test]
    fn no_text_panics_the_reader_of_times(text in "\\PC*") {
        let _ = text.parse::<TimeOfDay>();
    }

    #[test]
    fn hours_that_were_taken_are_in_order_and_apart(spans in prop::collection::vec((0_u16..=1440, 0_u16..=1440), 0..5)) {
        let written = |m: u16| TimeOfDay::from_minutes(m).unwrap().to_string();
        let mut week = HoursDraft::default();
        week.days[2] = spans.iter().map(|(a, b)| SpanDraft { open: written(*a), close: written(*b) }).collect();
        let mut found = Violations::new();
        let hours = week.read("/hours", &mut found);
        if found.is_empty() {
            prop_assert_eq!(hours.wed.len(), spans.len());
            prop_assert!(hours.wed.iter().all(|s| s.open < s.close));
            prop_assert!(hours.wed.windows(2).all(|w| w[0].close <= w[1].open));
        }
        let again = HoursDraft::from(&hours).read("/hours", &mut Violations::new());
        if found.is_empty() {
            prop_assert_eq!(again, hours);
        }
    }
}

#[test]
fn a_dealer_takes_exactly_the_steps_of_its_status() {
    let world = World::new();
    for status in DealerStatus::ALL {
        for step in Step::ALL {
            let mut dealer = Dealer::registered(world.ids.next(), draft("Oak").read().unwrap(), now());
            dealer.status = *status;
            let after = dealer.step(*step, None, now());
            assert_eq!(after.is_ok(), status.steps().contains(step));
            assert_eq!(
                after.ok().map(|d| d.status),
                status.steps().contains(step).then(|| step.leads_to())
            );
        }
    }
}
