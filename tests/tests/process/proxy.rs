//! A way to a server that can be cut, or fall silent.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The state of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Everything gets through.
    Open,
    /// Connections break, and nobody listens.
    Cut,
    /// Connections stand, and nothing gets through.
    Silent,
}

/// The way.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// To a server, by a port of its own.
    pub(crate) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (way, seen) = watch::channel(Way::Open);
        tokio::spawn(serve(listener, port, server, seen));
        Self { port, way }
    }

    /// Changes the state of the way.
    pub(crate) fn be(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn serve(mut listener: TcpListener, port: u16, server: String, mut way: watch::Receiver<Way>) {
    loop {
        let called = tokio::select! {
            () = until(&mut way, |way| way == Way::Cut) => None,
            caller = listener.accept() => Some(caller),
        };
        match called {
            Some(Ok((caller, _))) => drop(tokio::spawn(carry(caller, server.clone(), way.clone()))),
            Some(Err(_)) => {}
            None => {
                drop(listener);
                until(&mut way, |way| way != Way::Cut).await;
                listener = TcpListener::bind(("127.0.0.1", port))
                    .await
                    .expect("the port again");
            }
        }
    }
}

/// Waits for a state of the way; for ever, when nobody will change it any more.
async fn until(way: &mut watch::Receiver<Way>, wanted: impl Fn(Way) -> bool) {
    if way.wait_for(|way| wanted(*way)).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Carries both ways until one side ends or the way is cut.
async fn carry(caller: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    until(&mut way, |way| way != Way::Silent).await;
    let Ok(callee) = TcpStream::connect(server).await else {
        return;
    };
    let (from_caller, to_caller) = caller.into_split();
    let (from_callee, to_callee) = callee.into_split();
    tokio::select! {
        () = pass(from_caller, to_callee, way.clone()) => {}
        () = pass(from_callee, to_caller, way.clone()) => {}
        () = until(&mut way, |way| way == Way::Cut) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        until(&mut way, |way| way != Way::Silent).await;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
