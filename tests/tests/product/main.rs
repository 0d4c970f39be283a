//! Journeys through the whole product, each on SQLite and on PostgreSQL.
//!
//! A journey is an async function that takes a [`Backend`]. [`JOURNEYS`] lists them all; a test finds any that is not listed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use forecourt_tests::journeys::{self, Journey, journey};
use libtest_mimic::Trial;

mod access;
mod accounts;
mod alerts;
mod api_keys;
mod audit;
mod channels;
mod content;
mod conventions;
mod dealers;
mod documents;
mod drive_keeping;
mod forms;
mod identity;
mod imports;
mod inventory;
mod malformed;
mod managing;
mod media;
mod negotiation;
mod notifications;
mod queue;
mod receipts;
mod retention;
mod sales;
mod scheduling;
mod search;
mod second_factor;
mod showroom;
mod statements;
mod stock_files;
mod webhooks;

const JOURNEYS: &[Journey] = &[
    journey!(access::everybody_gets_as_far_as_the_policy_says),
    journey!(audit::the_log_keeps_what_was_before_a_drive_an_offer_or_a_sale_changed),
    journey!(audit::owners_see_who_did_what_and_admins_see_everything),
    journey!(content::a_page_says_what_is_in_force_and_is_kept),
    journey!(content::whoever_registers_accepts_the_terms_in_force),
    journey!(channels::a_number_that_says_stop_is_texted_no_more_until_it_says_start),
    journey!(channels::a_whatsapp_message_takes_an_approved_template),
    journey!(channels::what_twilio_refuses_is_tried_again_or_not_by_its_code),
    journey!(channels::a_channel_that_nothing_can_come_by_says_why),
    journey!(channels::what_is_told_rings_on_devices_until_they_are_gone),
    journey!(channels::a_device_is_its_owners_alone),
    journey!(dealers::a_dealer_registers_is_judged_and_told),
    journey!(dealers::who_works_for_nobody_has_no_dealer_and_an_admin_names_one),
    journey!(dealers::all_that_is_wrong_with_a_dealer_or_a_site_is_told_at_once),
    journey!(dealers::a_site_is_opened_changed_and_seen),
    journey!(dealers::staff_join_change_and_leave),
    journey!(dealers::a_dealer_that_is_not_verified_learns_of_nobody),
    journey!(dealers::an_invitation_is_accepted_and_the_new_member_works),
    journey!(dealers::a_repeat_with_its_key_makes_no_second_dealer),
    journey!(dealers::a_suspended_dealer_vanishes_and_comes_back),
    journey!(documents::an_owner_brings_a_licence_and_is_verified_by_it),
    journey!(documents::a_refused_document_says_why_and_another_is_brought),
    journey!(documents::documents_are_for_their_owners_and_admins_alone),
    journey!(documents::what_is_no_document_is_refused_with_its_code),
    journey!(media::photos_are_brought_drawn_ordered_and_shown),
    journey!(media::exactly_one_primary_photo_under_fifty_writers),
    journey!(media::what_is_not_as_announced_is_refused_and_removed),
    journey!(media::people_cars_and_dealers_have_pictures),
    journey!(media::what_nothing_uses_is_gone_after_a_day),
    journey!(media::no_path_leads_out_of_the_store),
    journey!(forms::a_form_of_another_type_is_refused_as_such),
    journey!(forms::a_file_in_a_field_that_there_is_not_is_named),
    journey!(forms::a_packed_import_is_taken),
    journey!(malformed::no_body_breaks_an_operation),
    journey!(malformed::no_query_and_no_path_breaks_an_operation),
    journey!(malformed::no_header_breaks_an_operation),
    journey!(conventions::every_answer_carries_its_request_id),
    journey!(conventions::unknown_routes_methods_and_parameters_are_refused_by_name),
    journey!(conventions::a_stranger_is_told_to_sign_in_before_anything_else),
    journey!(conventions::what_asks_nobody_reads_no_token),
    journey!(conventions::public_reads_are_conditional),
    journey!(conventions::browsers_of_allowed_origins_may_call),
    journey!(conventions::requests_with_one_key_at_one_moment_have_one_effect),
    journey!(conventions::who_changed_something_stale_looks_again_and_succeeds),
    journey!(retention::what_expired_is_removed_in_time),
    journey!(retention::a_session_that_shows_that_an_account_is_in_use_stays),
    journey!(receipts::an_owner_keeps_receipts_that_nobody_else_sees),
    journey!(receipts::what_is_no_receipt_is_refused_with_its_code),
    journey!(receipts::receipts_stay_with_who_brought_them_when_the_car_is_sold),
    journey!(receipts::receipts_of_stock_are_for_the_dealers_staff),
    journey!(receipts::an_erased_persons_receipts_go_from_a_car_that_was_sold_on),
    journey!(inventory::anyone_can_read_the_vocabulary_and_decode_a_vin),
    journey!(inventory::a_listing_lives_by_its_dealers_word),
    journey!(inventory::everything_wrong_with_a_listing_is_told_at_once),
    journey!(inventory::a_bulk_change_is_all_or_nothing),
    journey!(inventory::a_garage_keeps_the_odometer_honest),
    journey!(inventory::a_customer_keeps_listings_and_searches),
    journey!(inventory::no_drive_outlives_the_offer_of_its_car),
    journey!(negotiation::a_buyer_and_a_dealer_meet_in_the_middle),
    journey!(negotiation::who_saved_a_car_is_made_an_offer),
    journey!(negotiation::time_ends_offers_and_reservations),
    journey!(negotiation::secret_thresholds_are_in_no_answer_to_a_buyer),
    journey!(sales::a_car_is_sold_with_all_that_hangs_on_it),
    journey!(sales::a_sale_is_mended_and_taken_back),
    journey!(sales::a_reserved_car_goes_to_its_buyer_alone),
    journey!(sales::an_owner_sells_privately_and_the_buyer_confirms),
    journey!(sales::the_bill_is_for_those_who_see_the_sale),
    journey!(sales::staff_show_the_plan_that_is_their_own),
    journey!(sales::commission_follows_the_plan_and_everybody_sees_their_own),
    journey!(sales::figures_are_what_happened),
    journey!(negotiation::a_stopped_dealer_answers_nothing_and_goes_on_where_it_was),
    journey!(api_keys::a_program_keeps_the_stock_of_its_dealer),
    journey!(api_keys::a_program_keeps_the_webhooks_of_its_dealer),
    journey!(api_keys::an_api_key_is_shown_once_and_its_owners_hear_of_it),
    journey!(api_keys::an_api_key_that_is_over_is_refused),
    journey!(api_keys::an_api_key_for_reading_changes_nothing),
    journey!(webhooks::a_webhook_is_tried_and_given_a_new_secret),
    journey!(webhooks::a_webhook_is_its_owners_and_reaches_no_private_network),
    journey!(webhooks::an_event_is_told_to_those_who_ask_for_it),
    journey!(webhooks::what_fails_is_tried_by_the_table),
    journey!(webhooks::who_says_gone_hears_nothing_until_switched_on),
    journey!(webhooks::five_days_without_a_success_switch_a_webhook_off),
    journey!(webhooks::slow_endpoints_do_not_hold_up_letters),
    journey!(webhooks::a_pattern_that_no_event_fits_is_refused),
    journey!(drive_keeping::who_waits_is_offered_the_slot_when_the_car_comes_back),
    journey!(drive_keeping::reminders_go_by_the_clock_on_the_wall_when_it_changes),
    journey!(drive_keeping::a_reminder_that_would_come_too_late_does_not_wait_for_the_end_of_quiet_hours),
    journey!(alerts::new_cars_and_lower_prices_come_in_one_letter_a_day),
    journey!(alerts::digests_go_by_what_a_person_chose),
    journey!(alerts::who_did_it_at_work_needs_no_word_of_it),
    journey!(queue::admins_see_how_the_queue_goes),
    journey!(queue::a_tick_that_was_missed_is_made_up_once),
    journey!(notifications::both_sides_hear_of_a_test_drive_and_read_it),
    journey!(notifications::a_person_is_told_by_the_channels_they_chose),
    journey!(notifications::letters_wait_for_the_end_of_quiet_hours),
    journey!(notifications::a_kind_of_letter_is_turned_off_by_its_link_alone),
    journey!(notifications::both_sides_hear_of_offers),
    journey!(notifications::owners_hear_what_becomes_of_their_dealer),
    journey!(imports::good_rows_are_kept_and_bad_ones_told),
    journey!(imports::a_file_sent_again_changes_nothing),
    journey!(imports::a_strict_file_is_taken_whole_or_not_at_all),
    journey!(imports::a_dry_run_shows_what_each_row_would_do),
    journey!(imports::a_foreign_file_is_understood),
    journey!(imports::an_import_is_taken_back_but_for_what_was_touched),
    journey!(imports::stock_written_out_and_taken_in_is_the_same),
    journey!(imports::a_packed_file_is_taken_like_its_content),
    journey!(imports::what_is_no_stock_file_is_refused_with_its_reason),
    journey!(imports::a_wrong_form_is_refused_at_once),
    journey!(imports::an_import_is_its_dealers_alone),
    journey!(search::words_meet_whatever_their_writing),
    journey!(search::every_filter_narrows_the_list),
    journey!(search::facets_count_under_the_other_filters),
    journey!(search::two_letters_give_suggestions),
    journey!(search::lists_are_ordered_and_near_cars_come_first),
    journey!(search::pages_by_cursor_lose_and_repeat_nothing),
    journey!(search::a_query_that_means_nothing_is_refused_by_name),
    journey!(managing::a_drive_is_called_off_and_moved_by_the_link_in_the_letter),
    journey!(managing::a_caller_without_an_account_manages_by_the_link),
    journey!(managing::the_link_of_one_drive_does_nothing_to_another),
    journey!(managing::no_link_outlives_the_drive_or_the_account),
    journey!(scheduling::a_customer_books_and_the_dealer_decides),
    journey!(scheduling::staff_book_for_callers_and_it_is_approved),
    journey!(scheduling::a_drive_is_there_for_its_customer_and_its_staff_alone),
    journey!(scheduling::what_does_not_fit_is_refused_with_its_code),
    journey!(scheduling::a_drive_is_moved_or_called_off_until_the_cutoff),
    journey!(scheduling::a_request_that_nobody_decides_expires),
    journey!(scheduling::a_calendar_program_follows_a_site),
    journey!(scheduling::two_hundred_requests_for_one_slot_give_one_201),
    journey!(scheduling::a_suspended_dealers_drives_are_called_off),
    journey!(drive_keeping::a_slot_is_held_while_the_form_is_filled_in),
    journey!(drive_keeping::a_taken_slot_is_waited_for_and_offered_in_turn),
    journey!(drive_keeping::an_approved_drive_is_reminded_of_a_day_and_two_hours_ahead),
    journey!(identity::a_customer_registers_confirms_the_address_and_signs_in),
    journey!(identity::all_that_is_wrong_with_a_registration_is_told_at_once),
    journey!(identity::a_taken_address_gets_the_same_answer_and_its_holder_a_letter),
    journey!(identity::without_verification_registration_signs_in_at_once),
    journey!(identity::refresh_reuse_ends_the_session),
    journey!(identity::one_refresh_token_sent_many_times_at_once_gives_one_pair_at_most),
    journey!(identity::tokens_live_as_long_as_they_say),
    journey!(identity::signing_out_ends_this_session_alone),
    journey!(identity::a_forgotten_password_is_set_anew_by_a_code),
    journey!(identity::five_wrong_tries_kill_a_code_and_a_minute_lies_between_two),
    journey!(identity::a_code_dies_after_a_quarter_of_an_hour),
    journey!(identity::changing_the_password_ends_the_other_sessions),
    journey!(accounts::a_person_changes_their_own_data_and_nothing_else),
    journey!(accounts::a_new_address_counts_when_its_code_came_back),
    journey!(accounts::a_sign_in_with_a_new_device_is_told),
    journey!(accounts::who_is_needed_can_not_close_their_account),
    journey!(second_factor::a_second_factor_is_set_up_asked_for_and_taken_away),
    journey!(second_factor::an_admin_without_the_factor_that_admins_need_is_a_customer),
    journey!(second_factor::a_lost_factor_is_dropped_by_an_operator),
    journey!(accounts::failures_slow_down_and_never_lock_the_holder_out),
    journey!(accounts::an_admin_finds_closes_and_opens_accounts),
    journey!(accounts::an_invited_admin_joins_once),
    journey!(accounts::who_has_no_password_is_refused_like_anybody_else),
    journey!(accounts::who_was_invited_and_has_not_come_yet_is_a_stranger),
    journey!(accounts::keys_are_public_and_name_the_tokens),
];

fn main() {
    let counted = Trial::test("no_list_costs_more_statements_when_it_has_more_rows", || {
        let counted = statements::no_list_costs_more_statements_when_it_has_more_rows();
        journeys::runtime().block_on(counted).map_err(Into::into)
    });
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/product");
    journeys::run(folder, JOURNEYS, vec![counted]);
}
