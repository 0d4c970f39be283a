//! The contract of every port, held by every backend: the in-memory fake, SQLite and PostgreSQL.
//!
//! A contract is an async function over a [`World`]. [`CONTRACTS`] lists them all; a test finds any that is not listed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::future::Future;
use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};
use test_databases::{Backend, all_listed};

mod api_keys;
mod audit;
mod content;
mod dealers;
mod devices;
mod digests;
mod documents;
mod figures_by_chance;
mod history;
mod identity;
mod inventory;
mod negotiation;
mod notifications;
mod office;
mod queue;
mod receipts;
mod registry;
mod relay;
mod reminders;
mod sales;
mod sales_figures;
mod sales_lists;
mod sales_of_many;
mod sales_papers;
mod saved;
mod scheduling;
mod scheduling_lists;
mod second_factor;
mod slot_holds;
mod stage;
mod standing;
mod till;
mod unit_of_work;
mod waitlist;
mod webhooks;
mod world;
mod yard;

use world::{Store, World};

/// Where a contract runs.
#[derive(Clone, Copy, PartialEq)]
enum On {
    /// SQLite and PostgreSQL: what has no fake.
    Databases,
    /// The in-memory fake as well.
    All,
}

struct Contract {
    name: &'static str,
    on: On,
    run: fn(World) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// One line a contract: `contract!(On::All, module::function)`.
macro_rules! contract {
    ($on:expr, $module:ident :: $name:ident) => {
        Contract {
            name: concat!(stringify!($module), "::", stringify!($name)),
            on: $on,
            run: |world| Box::pin($module::$name(world)),
        }
    };
}

const CONTRACTS: &[Contract] = &[
    contract!(On::All, api_keys::an_api_key_is_read_back_as_it_was_written),
    contract!(On::All, api_keys::an_api_key_opens_its_dealer_and_makes_no_other),
    contract!(On::All, api_keys::a_revoked_or_expired_api_key_is_refused_at_once),
    contract!(On::All, api_keys::of_two_who_revoke_one_api_key_at_once_one_does),
    contract!(
        On::All,
        api_keys::a_dealer_has_fifty_api_keys_however_many_come_at_once
    ),
    contract!(On::All, api_keys::the_use_of_an_api_key_is_noted_once_a_minute),
    contract!(
        On::Databases,
        audit::nothing_in_the_audit_log_can_be_changed_or_removed
    ),
    contract!(
        On::Databases,
        audit::what_was_changed_removed_or_reordered_is_found
    ),
    contract!(On::Databases, audit::an_end_that_was_cut_off_is_found),
    contract!(On::Databases, audit::two_who_seal_at_once_make_one_chain),
    contract!(On::Databases, audit::the_audit_log_is_narrowed_and_paged),
    contract!(
        On::All,
        content::a_version_is_in_force_from_its_day_on_and_what_was_in_force_can_be_told
    ),
    contract!(
        On::All,
        content::what_is_to_come_can_be_changed_and_erased_and_what_was_in_force_cannot
    ),
    contract!(On::All, content::of_two_versions_of_one_day_at_once_one_wins),
    contract!(On::All, content::the_versions_of_a_page_are_paged),
    contract!(
        On::Databases,
        content::the_database_itself_keeps_what_was_in_force
    ),
    contract!(On::All, identity::who_registers_accepts_the_terms_of_that_moment),
    contract!(
        On::All,
        dealers::a_dealer_and_its_site_are_read_as_they_were_written
    ),
    contract!(
        On::All,
        dealers::one_person_founding_often_at_once_founds_one_dealer
    ),
    contract!(
        On::All,
        dealers::a_registration_sent_twice_under_one_key_makes_one_dealer
    ),
    contract!(On::All, dealers::two_owners_who_leave_at_once_leave_one_behind),
    contract!(On::All, standing::the_last_owner_of_a_dealer_stays_active),
    contract!(
        On::All,
        standing::a_dealer_keeps_an_owner_however_many_are_deactivated_at_once
    ),
    contract!(
        On::All,
        dealers::two_dealers_hiring_one_person_at_once_share_nobody
    ),
    contract!(
        On::All,
        dealers::whoever_left_can_join_another_dealer_and_come_back_as_the_same_member
    ),
    contract!(
        On::All,
        dealers::an_address_without_account_is_invited_and_keeps_its_place
    ),
    contract!(On::All, dealers::the_directory_filters_orders_and_pages),
    contract!(On::Databases, dealers::lists_of_dealers_know_their_orders),
    contract!(On::All, dealers::sites_are_found_by_place_and_kind),
    contract!(On::All, documents::a_document_is_read_back_as_it_was_written),
    contract!(
        On::All,
        documents::a_dealer_keeps_fifty_documents_however_many_come_at_once
    ),
    contract!(
        On::All,
        documents::one_file_is_one_document_however_often_it_is_brought_at_once
    ),
    contract!(
        On::All,
        documents::no_dealer_is_verified_by_a_licence_that_is_removed_at_that_moment
    ),
    contract!(On::All, documents::two_reviews_at_once_have_one_winner),
    contract!(On::All, documents::documents_are_narrowed_and_paged),
    contract!(
        On::Databases,
        documents::the_database_holds_what_documents_must_be
    ),
    contract!(On::All, devices::a_device_registered_again_is_the_same_device),
    contract!(On::All, devices::a_browser_rings_for_whoever_registered_it_last),
    contract!(
        On::All,
        devices::devices_that_come_at_once_leave_room_for_no_more_than_there_is
    ),
    contract!(
        On::All,
        devices::a_device_goes_when_its_owner_or_its_service_says_so
    ),
    contract!(
        On::All,
        devices::a_stop_said_often_at_once_is_kept_once_until_start
    ),
    contract!(On::All, devices::a_number_that_said_stop_is_sent_nothing),
    contract!(On::Databases, devices::how_people_are_reached_is_told),
    contract!(
        On::Databases,
        devices::the_database_holds_what_devices_and_opt_outs_must_be
    ),
    contract!(On::All, second_factor::a_second_factor_is_read_back_as_written),
    contract!(On::All, second_factor::one_totp_code_signs_in_once),
    contract!(On::All, second_factor::one_recovery_code_signs_in_once),
    contract!(
        On::All,
        second_factor::wrong_codes_at_the_same_moment_are_all_counted
    ),
    contract!(
        On::All,
        second_factor::an_open_session_does_not_take_the_second_factor_away
    ),
    contract!(On::All, second_factor::an_invitation_is_no_second_factor),
    contract!(On::All, second_factor::a_confirmed_address_is_no_second_factor),
    contract!(
        On::All,
        second_factor::an_admin_who_needs_a_second_factor_has_no_rights_until_it_is_there
    ),
    contract!(On::All, inventory::a_listing_is_read_back_as_it_was_written),
    contract!(
        On::All,
        inventory::two_requests_cannot_enter_one_number_of_one_dealer
    ),
    contract!(
        On::All,
        inventory::two_requests_cannot_open_two_listings_of_one_vehicle
    ),
    contract!(
        On::All,
        inventory::a_change_writes_price_and_timeline_and_a_refusal_nothing
    ),
    contract!(
        On::All,
        inventory::a_request_sent_twice_under_one_key_makes_one_listing
    ),
    contract!(
        On::All,
        inventory::a_correction_of_the_vehicle_shows_in_its_listing
    ),
    contract!(
        On::All,
        inventory::the_garage_is_read_back_and_its_number_is_free_again_after_a_sale
    ),
    contract!(
        On::All,
        inventory::the_log_raises_the_reading_and_goes_with_its_vehicle
    ),
    contract!(On::All, receipts::a_receipt_is_read_back_as_it_was_written),
    contract!(
        On::All,
        receipts::an_entry_keeps_twenty_receipts_however_many_come_at_once
    ),
    contract!(
        On::All,
        receipts::one_file_is_one_receipt_however_often_it_is_brought_at_once
    ),
    contract!(
        On::All,
        receipts::receipts_go_with_their_entry_and_with_their_vehicle
    ),
    contract!(On::All, receipts::receipts_of_stock_are_the_dealers),
    contract!(On::All, receipts::receipts_are_paged_the_newest_first),
    contract!(On::Databases, receipts::the_database_holds_what_receipts_must_be),
    contract!(On::All, saved::saving_at_the_same_moment_is_saving_once),
    contract!(On::All, saved::saved_searches_are_their_keepers_and_bounded),
    contract!(
        On::Databases,
        digests::what_is_new_is_told_once_however_many_runs_there_are
    ),
    contract!(
        On::Databases,
        digests::a_run_that_breaks_off_leaves_no_double_and_no_gap
    ),
    contract!(On::Databases, digests::only_what_is_new_and_to_be_seen_is_told),
    contract!(On::Databases, digests::a_lower_price_is_told_once),
    contract!(
        On::Databases,
        digests::a_lower_price_is_told_once_however_many_runs_there_are
    ),
    contract!(
        On::Databases,
        inventory::what_is_taken_down_calls_its_drives_off_in_the_same_transaction
    ),
    contract!(On::Databases, inventory::the_garage_pages_by_cursor_without_a_gap),
    contract!(On::Databases, inventory::what_is_offered_or_was_stands_at_a_site),
    contract!(
        On::Databases,
        negotiation::a_negotiation_is_read_back_as_it_was_told
    ),
    contract!(On::Databases, negotiation::two_buyers_cannot_reserve_one_vehicle),
    contract!(
        On::Databases,
        negotiation::accept_and_counter_at_once_has_one_winner
    ),
    contract!(
        On::Databases,
        negotiation::one_buyer_has_one_live_negotiation_about_a_listing
    ),
    contract!(
        On::Databases,
        negotiation::one_key_sent_many_times_at_once_opens_once
    ),
    contract!(
        On::Databases,
        negotiation::a_reservation_that_falls_through_frees_the_car_and_wakes_who_waited
    ),
    contract!(On::Databases, negotiation::expiry_happens_once_across_workers),
    contract!(On::Databases, negotiation::figures_are_what_the_rows_say),
    contract!(
        On::Databases,
        notifications::a_notice_is_there_once_and_is_read_by_its_person_alone
    ),
    contract!(
        On::Databases,
        notifications::choices_made_at_the_same_moment_are_all_kept
    ),
    contract!(
        On::Databases,
        notifications::an_audience_is_those_whom_it_concerns
    ),
    contract!(On::Databases, queue::a_job_is_in_one_workers_hands),
    contract!(On::Databases, queue::slow_endpoints_leave_room_for_the_rest),
    contract!(
        On::Databases,
        queue::a_job_whose_worker_died_is_taken_again_and_the_dead_hand_is_refused
    ),
    contract!(
        On::Databases,
        queue::a_job_waits_for_its_time_and_once_keys_queue_once
    ),
    contract!(On::Databases, queue::a_dead_letter_is_kept_and_can_be_revived),
    contract!(
        On::Databases,
        sales_figures::figures_are_what_the_rows_of_sales_say
    ),
    contract!(
        On::Databases,
        figures_by_chance::figures_of_any_history_are_what_its_rows_say
    ),
    contract!(On::Databases, sales_figures::cars_age_on_the_lot_in_bands),
    contract!(
        On::Databases,
        sales_lists::lists_of_sales_page_by_cursor_without_a_gap
    ),
    contract!(
        On::Databases,
        sales_papers::a_bill_keeps_what_the_odometer_read_and_names_the_seller
    ),
    contract!(On::Databases, sales::a_sale_ends_all_that_hangs_on_the_car),
    contract!(On::Databases, sales::two_sales_of_one_listing_have_one_winner),
    contract!(On::Databases, sales::no_car_is_sold_twice_in_ten_thousand_tries),
    contract!(On::Databases, sales::a_sale_that_fails_midway_leaves_nothing),
    contract!(On::Databases, sales::a_void_brings_the_balance_back),
    contract!(On::Databases, sales::a_void_leaves_the_buyer_what_they_wrote),
    contract!(
        On::Databases,
        sales::a_car_that_was_entered_again_comes_back_as_one
    ),
    contract!(On::Databases, sales::one_key_sent_many_times_at_once_sells_once),
    contract!(
        On::Databases,
        sales::a_buyer_known_by_address_takes_the_car_over_and_records_join
    ),
    contract!(
        On::Databases,
        sales_of_many::of_many_cars_each_ends_its_own_drives_and_talks
    ),
    contract!(
        On::Databases,
        sales_of_many::a_car_more_costs_the_statements_that_write_it
    ),
    contract!(On::Databases, sales::a_bonus_is_counted_one_sale_after_the_other),
    contract!(
        On::Databases,
        relay::several_relays_share_the_outbox_and_tell_every_event_once
    ),
    contract!(
        On::Databases,
        relay::events_of_a_relay_that_died_are_told_by_another_after_its_lease
    ),
    contract!(
        On::Databases,
        relay::an_event_that_a_reader_cannot_read_holds_up_no_other
    ),
    contract!(
        On::Databases,
        relay::what_was_delivered_goes_in_time_and_what_waits_stays
    ),
    contract!(
        On::Databases,
        unit_of_work::same_idempotency_key_twice_at_once_has_one_effect
    ),
    contract!(
        On::Databases,
        unit_of_work::a_key_with_another_body_is_refused_and_leaves_nothing
    ),
    contract!(
        On::Databases,
        unit_of_work::a_refused_act_leaves_nothing_and_its_key_can_be_used_again
    ),
    contract!(On::Databases, unit_of_work::a_kept_answer_expires_after_a_day),
    contract!(On::All, scheduling::what_was_booked_is_found_as_it_was_told),
    contract!(
        On::Databases,
        scheduling::no_slot_is_booked_twice_in_ten_thousand_tries
    ),
    contract!(On::All, scheduling::two_hundred_customers_cannot_book_one_slot),
    contract!(On::All, scheduling::one_customer_cannot_hold_overlapping_drives),
    contract!(On::All, scheduling::one_customer_cannot_hold_more_than_three),
    contract!(On::All, scheduling::every_slot_of_one_car_can_be_booked_at_once),
    contract!(On::All, scheduling::approve_and_cancel_race_has_one_winner),
    contract!(On::All, scheduling::two_answers_at_once_are_one_answer),
    contract!(On::All, scheduling::one_key_sent_many_times_at_once_books_once),
    contract!(On::All, scheduling::the_store_itself_refuses_an_overlap),
    contract!(On::All, scheduling::a_drive_is_moved_to_a_free_slot_alone),
    contract!(On::All, scheduling::a_car_that_was_sold_is_not_bookable),
    contract!(On::All, scheduling::a_request_expires_once),
    contract!(
        On::All,
        scheduling::a_link_opens_its_drive_while_somebody_is_behind_it
    ),
    contract!(
        On::All,
        slot_holds::a_hold_stops_others_for_five_minutes_and_its_holder_never
    ),
    contract!(
        On::All,
        reminders::a_reminder_is_told_once_however_often_its_job_is_run
    ),
    contract!(On::All, reminders::only_what_is_still_on_is_reminded_of),
    contract!(
        On::Databases,
        waitlist::two_hundred_on_the_list_are_offered_one_at_a_time
    ),
    contract!(
        On::Databases,
        waitlist::accepting_and_the_end_of_the_offer_at_once_have_one_winner
    ),
    contract!(
        On::All,
        waitlist::a_place_in_line_is_for_a_taken_slot_and_one_of_ten
    ),
    contract!(On::All, waitlist::whoever_leaves_passes_the_offer_on),
    contract!(On::All, waitlist::slots_that_are_waited_for_are_found_each_once),
    contract!(On::All, slot_holds::a_booking_uses_its_hold_up),
    contract!(On::All, slot_holds::two_hundred_customers_cannot_hold_one_slot),
    contract!(
        On::All,
        slot_holds::one_customer_holds_as_many_slots_as_they_may_book
    ),
    contract!(
        On::All,
        slot_holds::the_store_itself_refuses_two_holds_that_overlap
    ),
    contract!(
        On::All,
        slot_holds::only_somebody_known_holds_a_slot_of_a_car_on_offer
    ),
    contract!(
        On::All,
        scheduling_lists::lists_page_both_ways_and_keep_their_filters
    ),
    contract!(
        On::All,
        scheduling_lists::ones_own_list_shows_what_is_to_come_first
    ),
    contract!(On::All, scheduling_lists::a_sites_calendar_has_its_drives),
    contract!(On::All, identity::a_user_is_read_back_as_written),
    contract!(On::All, identity::two_registrations_of_one_address_make_one_user),
    contract!(On::All, identity::refresh_reuse_ends_the_session),
    contract!(On::All, identity::failures_at_the_same_moment_are_all_counted),
    contract!(On::All, identity::a_code_is_good_once_and_a_new_one_kills_the_old),
    contract!(On::All, identity::an_invitation_is_accepted_once),
    contract!(On::All, identity::users_are_found_and_paged_without_a_gap),
    contract!(On::All, webhooks::a_webhook_is_read_back_as_it_was_written),
    contract!(On::All, webhooks::a_webhook_of_a_program_is_its_dealers),
    contract!(
        On::All,
        webhooks::an_owner_keeps_twenty_webhooks_however_many_come_at_once
    ),
    contract!(On::All, webhooks::one_message_told_often_at_once_is_one_delivery),
    contract!(On::All, webhooks::one_try_made_by_two_workers_counts_once),
    contract!(On::All, webhooks::what_is_sent_again_is_the_same_message),
    contract!(
        On::All,
        webhooks::who_fails_for_five_days_is_switched_off_and_the_owners_are_told
    ),
    contract!(On::All, webhooks::lists_of_deliveries_filter_and_page),
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("every_contract_is_listed", || {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts");
        let known: Vec<&str> = CONTRACTS.iter().map(|contract| contract.name).collect();
        all_listed(folder, "world: World", &known).map_err(Into::into)
    })];
    for contract in CONTRACTS {
        let stores = [
            Store::Database(Backend::Sqlite),
            Store::Database(Backend::Postgres),
            Store::Memory,
        ];
        for store in stores
            .into_iter()
            .filter(|s| contract.on == On::All || *s != Store::Memory)
        {
            trials.push(Trial::test(
                format!("{}::{}", store.name(), contract.name),
                move || {
                    let runtime = tokio::runtime::Builder::new_multi_thread()
                        .worker_threads(2)
                        .enable_all()
                        .build()
                        .expect("a runtime");
                    runtime.block_on(async { (contract.run)(World::new(store).await).await });
                    Ok(())
                },
            ));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
