//! The Redis that the nodes of a cluster share: the CPU time that it takes. Must not know who uses it.

use std::time::Duration;

use anyhow::Context as _;
use redis::{Client, InfoDict, cmd};

/// Where it is.
pub struct Redis {
    client: Client,
}

impl Redis {
    /// The one at this URL.
    ///
    /// # Errors
    ///
    /// It is no address of a Redis.
    pub fn at(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url)
            .context("--redis-url: no address of a Redis → redis://HOST:PORT, or redis+unix:///PATH")?;
        Ok(Self { client })
    }

    /// User and system time of its process (`INFO cpu`).
    ///
    /// # Errors
    ///
    /// It cannot be reached, or may not be asked.
    pub async fn cpu(&self) -> anyhow::Result<Duration> {
        let asking = async {
            let mut link = self.client.get_multiplexed_async_connection().await?;
            cmd("INFO").arg("cpu").query_async::<InfoDict>(&mut link).await
        };
        let info =
            asking.await.context("--redis-url: Redis does not tell its CPU time → its user needs the command INFO")?;
        let seconds = |name| info.get::<f64>(name).with_context(|| format!("Redis does not tell its {name}"));
        Ok(Duration::try_from_secs_f64(seconds("used_cpu_user")? + seconds("used_cpu_sys")?)?)
    }
}
