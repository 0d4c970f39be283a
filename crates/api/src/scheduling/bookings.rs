//! Free slots, booking, and looking at what was booked.

use actix_web::{HttpRequest, get, post, web};
use kernel::id::{DealerId, kind};
use scheduling::booking::{Status, TestDrive};

use super::SchedulingServices;
use super::dto::{AvailableSlotsDto, BookingDto, BookingFilter, MyBookingFilter, NewBookingDto, SlotDay};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Free slots of a car
///
/// By the wall clock of its showroom. A day that is past, closed or too far ahead has none.
#[utoipa::path(tag = "bookings", operation_id = "available_slots",
    params(("id" = Uuid, Path, description = "The listing."), SlotDay),
    responses((status = 200, description = "The slots.", body = AvailableSlotsDto)), security((), ("bearer" = [])))]
#[get("/listings/{id}/available-slots")]
pub(super) async fn available_slots(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    day: Query<SlotDay>,
) -> Response {
    let found = services
        .drives
        .available(&acting.actor, id.0, day.0.date, acting.at)
        .await?;
    Answer::ok(&AvailableSlotsDto::from(found))
}

/// Book a test drive
///
/// A customer's is `requested` and holds its slot until the dealer decides; one that staff make for a `customer` is `approved`.
#[utoipa::path(tag = "bookings", operation_id = "book_test_drive", request_body = NewBookingDto,
    responses((status = 201, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings")]
pub(super) async fn book_test_drive(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    body: Body<NewBookingDto>,
) -> Response {
    let done = services.drives.book(&acting, body.0.read()).await?;
    let (id, version) = (done.value.id, done.value.version);
    Ok(
        Answer::created(format!("/bookings/{id}"), &BookingDto::from(done.value))?
            .version(version)
            .replayed(done.replayed),
    )
}

/// A dealer's test drives
///
/// For its sales staff; who is bound to sites sees those sites' alone.
#[utoipa::path(tag = "bookings", operation_id = "list_bookings", params(PageParams, BookingFilter),
    responses((status = 200, description = "The test drives, by start.", body = PageDto<BookingDto>)), security(("bearer" = [])))]
#[get("/bookings")]
pub(super) async fn list_bookings(
    services: web::Data<SchedulingServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<BookingFilter>,
) -> Response {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let wanted = filter.0.read();
    let found = services
        .drives
        .of_dealer(&acting.actor, dealer, &wanted, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<BookingDto>::of(found, &request, &core))
}

/// My test drives
///
/// What is to come first, the next one on top; then what is over, the latest on top.
#[utoipa::path(tag = "bookings", operation_id = "list_my_bookings", params(PageParams, MyBookingFilter),
    responses((status = 200, description = "The test drives.", body = PageDto<BookingDto>)), security(("bearer" = [])))]
#[get("/bookings/me")]
pub(super) async fn list_my_bookings(
    services: web::Data<SchedulingServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<MyBookingFilter>,
) -> Response {
    let statuses: Vec<Status> = filter.0.status.into_iter().map(Status::from).collect();
    let found = services
        .drives
        .mine(&acting.actor, &statuses, acting.at, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<BookingDto>::of(found, &request, &core))
}

/// A test drive
///
/// For its customer and the sales staff of its site.
#[utoipa::path(tag = "bookings", operation_id = "show_booking", params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[get("/bookings/{id}")]
pub(super) async fn show_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
) -> Response {
    shown(services.drives.find(&acting.actor, id.0).await?.drive)
}

/// 200 with a drive and its version.
pub(super) fn shown(drive: TestDrive) -> Response {
    let version = drive.version;
    Ok(Answer::ok(&BookingDto::from(drive))?.version(version))
}
