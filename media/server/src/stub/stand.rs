//! The stub in a test's own process, at a free port: with calls counted, faults to order, and events to cause.
//! Must not know what is in front of it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinSet};

use super::Silence;
use crate::{
    engine::Fact,
    http::{self, Secret},
    limits::Limits,
    listener,
    server::{Calls, Server},
};

/// What goes wrong with the next requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They are not answered, as by a stopped process.
    Silent,
    /// They are answered with this status and body, such as a proxy's page.
    Answer(u16, String),
    /// They are answered after this time.
    Late(Duration),
}

/// A running stub; it ends when dropped, as by a kill.
pub struct Stub {
    server: Arc<Server<Silence>>,
    address: SocketAddr,
    control: Arc<Mutex<Control>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Control {
    fault: Option<Fault>,
    calls: BTreeMap<String, usize>,
}

impl Stub {
    /// Starts one at a free port of this machine, with this secret.
    ///
    /// # Errors
    /// There is no free port, or the secret is too short.
    pub async fn start(secret: &str, limits: Limits) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let secret = Secret::lines(secret).map_err(|why| anyhow::anyhow!("the secret is refused: {why}"))?;
        let server = Server::new(Silence::at(address), limits);
        let control = Arc::new(Mutex::new(Control::default()));
        let ordered = Arc::clone(&control);
        let fault = middleware::from_fn(move |request, next| faulty(Arc::clone(&ordered), request, next));
        let routes = http::routes(Arc::clone(&server) as Arc<dyn Calls>, secret).layer(fault);
        let (mut tasks, ticking) = (JoinSet::new(), Arc::clone(&server));
        tasks.spawn(async move { match listener::serve(listener, routes, limits).await {} });
        tasks.spawn(async move {
            loop {
                ticking.reap();
                ticking.tell_load(0.0);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        Ok(Self { server, address, control, _tasks: tasks })
    }

    /// Where it is: `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// This run of it.
    #[must_use]
    pub fn instance(&self) -> String {
        self.server.instance().to_string()
    }

    /// How often a path of the contract was asked: `calls("POST /v1/rooms/{room}/peers/{peer}/transports")`.
    #[must_use]
    pub fn calls(&self, call: &str) -> usize {
        self.control().calls.get(call).copied().unwrap_or(0)
    }

    /// From now on requests go wrong like this; none: they are answered again. Event streams that are open go on.
    pub fn fault(&self, fault: Option<Fault>) {
        self.control().fault = fault;
    }

    /// As if the engine had told this: ICE connected, other layers, a speaker.
    pub fn tell(&self, fact: Fact) {
        self.server.fact(fact);
    }

    /// As if SIGTERM had come.
    pub fn drain(&self) {
        self.server.drain();
    }

    fn control(&self) -> std::sync::MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn faulty(control: Arc<Mutex<Control>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let call = format!("{} {path}", request.method());
    let fault = {
        let mut control = control.lock().unwrap_or_else(PoisonError::into_inner);
        *control.calls.entry(call).or_default() += 1;
        control.fault.clone()
    };
    match fault {
        None => {}
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Answer(status, body)) => {
            return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), body).into_response();
        }
        Some(Fault::Late(time)) => tokio::time::sleep(time).await,
    }
    next.run(request).await
}
