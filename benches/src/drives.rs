//! Test drives that are there before the load.

use std::collections::HashSet;

use chrono::TimeDelta;
use inventory::listing::Listed;
use kernel::Instant;
use kernel::id::UserId;
use sea_orm::Value;
use server::compose::Ground;

use crate::data::{Drive, FIRST_DAY, midnight};
use crate::write::write;

/// The drives of the files, those to come moved to days that can be booked. A customer who would sit in two cars at once, which
/// the peer allows, keeps the first.
pub(crate) async fn test_drives(
    ground: &Ground,
    drives: &[Drive],
    listings: &[Listed],
    users: &[UserId],
    shift: TimeDelta,
    now: Instant,
) -> anyhow::Result<usize> {
    let first = midnight(FIRST_DAY.parse()?);
    let mut held = HashSet::new();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(drives.len());
    for drive in drives {
        let (Some(Listed { listing, .. }), Some(user)) = (
            listings.get(drive.car_id.wrapping_sub(1)),
            users.get(drive.customer_id.wrapping_sub(1)),
        ) else {
            anyhow::bail!("a test drive of a car or a customer that is not there: {drive:?}");
        };
        let shift = if drive.start_at < first {
            TimeDelta::zero()
        } else {
            shift
        };
        let status = match drive.status.as_str() {
            "PENDING" => "requested",
            "APPROVED" => "approved",
            "DECLINED" => "declined",
            "COMPLETED" => "completed",
            "NO_SHOW" => "no_show",
            _ => "cancelled",
        };
        let (start, end) = (drive.start_at + shift, drive.end_at + shift);
        let live = matches!(status, "requested" | "approved");
        let free = !live || (held.insert((user.uuid(), start)) && held.insert((listing.id.uuid(), start)));
        if !free {
            continue;
        }
        let made = drive.created_at.min(now);
        rows.push(vec![
            ground.ids.uuid().into(),
            listing.id.uuid().into(),
            listing.vehicle.uuid().into(),
            listing.dealer.uuid().into(),
            listing.site.map(|site| site.uuid()).into(),
            user.uuid().into(),
            status.into(),
            start.into(),
            end.into(),
            start.date_naive().into(),
            "UTC".into(),
            (start - TimeDelta::hours(2)).into(),
            made.into(),
            made.into(),
            made.into(),
            1_i64.into(),
        ]);
    }
    let columns = [
        "id",
        "listing_id",
        "vehicle_id",
        "dealer_id",
        "site_id",
        "user_id",
        "status",
        "start_at",
        "end_at",
        "local_date",
        "timezone",
        "cancel_until",
        "requested_at",
        "created_at",
        "updated_at",
        "version",
    ];
    let count = rows.len();
    write(ground, "bookings", &columns, rows).await?;
    Ok(count)
}
