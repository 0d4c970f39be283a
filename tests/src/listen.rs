//! Servers of other people's, on ports of their own.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

/// Answers as `routes` say until its handle stops it.
pub fn listen(routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> (SocketAddr, ServerHandle) {
    let server = HttpServer::new(move || App::new().configure(routes.clone()));
    let server = server
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a port");
    let address = server.addrs().first().copied().expect("an address");
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (address, handle)
}
