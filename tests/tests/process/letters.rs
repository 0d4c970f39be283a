//! Letters, and a mail server that is not always there.

use test_databases::Backend;

use crate::program::Home;
use crate::sink::{Mood, Sink};
use crate::stage::registration;

pub(crate) async fn a_letter_waits_for_its_server(backend: Backend) {
    let sink = Sink::open().await;
    let port = sink.port;
    drop(sink);
    let home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{port}"));
    let server = home.serve().await;
    let _ = home
        .client(None)
        .post("/auth/register", registration("ann@example.com"))
        .await
        .expect(201);
    while !server.log().contains("a job failed and will be tried again") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let sink = Sink::open_on(port).await;
    let letter = sink.letter_to("ann@example.com").await;
    assert_eq!(letter.code().len(), 6);
    server.stop().await;
    assert_eq!(sink.letters().len(), 1);
}

pub(crate) async fn a_letter_refused_for_good_is_kept_and_sent_when_an_operator_says_so(backend: Backend) {
    let sink = Sink::open().await;
    sink.be(Mood::Refusing);
    let home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let server = home.serve().await;
    let _ = home
        .client(None)
        .post("/auth/register", registration("ann@example.com"))
        .await
        .expect(201);
    let dead = loop {
        let told = home.run(&["jobs", "dead"], "");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let told = String::from_utf8(told.stdout).unwrap();
        if !told.is_empty() {
            break told;
        }
    };
    assert!(dead.contains("letter  1 tries"), "{dead}");
    assert!(dead.contains("no such mailbox"), "{dead}");
    sink.be(Mood::Willing);
    let id = dead.split_whitespace().next().unwrap();
    assert!(home.run(&["jobs", "retry", id], "").status.success());
    let letter = sink.letter_to("ann@example.com").await;
    assert!(letter.message_id.contains(id), "{}", letter.message_id);
    assert!(
        !home.run(&["jobs", "retry", id], "").status.success(),
        "it is no dead letter any more"
    );
    server.stop().await;
}
