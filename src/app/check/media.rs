//! What `aldis config check` looks at about media servers: whether a TURN relay reaches them, whether the secret travels
//! unencrypted; and with `--probe` whether they answer and accept the secret.

use std::net::{IpAddr, ToSocketAddrs as _};

use crate::{
    app::settings,
    config::{Config, Fault, Loaded, MediaUrl},
    media,
};

/// What is suspicious about the addresses as they are written.
pub(super) fn suspicions(loaded: &Loaded) -> Vec<Fault> {
    let written = |url: &MediaUrl| url.host.trim_matches(['[', ']']).parse::<IpAddr>().into_iter().collect();
    relayed(loaded, written).into_iter().chain(unencrypted(loaded)).collect()
}

/// Servers that do not answer or do not accept the secret, and suspicious addresses that names resolve to.
pub(super) fn probe(loaded: &Loaded) -> (Vec<Fault>, Vec<Fault>) {
    let config = &loaded.config;
    let resolved = |url: &MediaUrl| match url.host.parse::<IpAddr>() {
        Ok(_) => Vec::new(), // it is looked at as it is written
        Err(_) => url.name().to_socket_addrs().into_iter().flatten().map(|address| address.ip()).collect(),
    };
    let help =
        "start it, correct its address, or give both the same secret (media.secret_file here, --secret-file there)";
    let wrong = |why: String| loaded.mistake("media.servers", why, help);
    let faults = match answers(config) {
        Ok(problems) => problems.into_iter().map(wrong).collect(),
        Err(why) => vec![wrong(format!("cannot be probed: {why}"))],
    };
    (faults, relayed(loaded, resolved))
}

/// The problems of the servers that have some.
fn answers(config: &Config) -> Result<Vec<String>, String> {
    let Some(secret) = settings::media_secret(config) else { return Ok(Vec::new()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| why.to_string())?;
    let (addresses, limits) = (settings::media_addresses(config), settings::media(config));
    Ok(runtime.block_on(async {
        let mut problems = Vec::new();
        for address in &addresses {
            if let Err(why) = media::probe(address, &secret, limits).await {
                problems.push(format!("{} does not answer as a media server: {why}", address.name));
            }
        }
        problems
    }))
}

/// A relay that lets nobody into private networks, as config/coturn has it, reaches no media server in one.
fn relayed(loaded: &Loaded, addresses: impl Fn(&MediaUrl) -> Vec<IpAddr>) -> Vec<Fault> {
    let config = &loaded.config;
    if config.ice.turn_urls.is_empty() {
        return Vec::new();
    }
    let private = |url: &&MediaUrl| addresses(url).into_iter().any(is_private);
    let help = "add `allowed-peer-ip=<the address that it announces>` beside `denied-peer-ip` in coturn's configuration \
                (docs/media.md), unless it announces a public address";
    let warn = |url: &MediaUrl| {
        let why = format!(
            "{} is in a private network, and a TURN relay that denies those (config/coturn) relays nothing to it",
            url.name()
        );
        loaded.warning("media.servers", why, help)
    };
    config.media.servers.iter().filter(private).map(warn).collect()
}

fn unencrypted(loaded: &Loaded) -> Vec<Fault> {
    let is_public = |url: &&MediaUrl| {
        let address = url.host.trim_matches(['[', ']']).parse::<IpAddr>();
        !url.is_encrypted && address.is_ok_and(|ip| !is_private(ip) && !ip.is_loopback())
    };
    let warn = |url: &MediaUrl| {
        let why = format!("{} is not in a private network, and over http the secret travels unencrypted", url.name());
        loaded.warning("media.servers", why, "write mediasoup+https://, with a proxy that has TLS in front of it")
    };
    loaded.config.media.servers.iter().filter(is_public).map(warn).collect()
}

/// RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5.6.
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_networks_are_told_from_others() {
        for (address, expected) in [
            ("10.0.0.5", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("169.254.0.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("192.0.2.1", false),
            ("127.0.0.1", false),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", true),
        ] {
            assert_eq!(is_private(address.parse().expect("an address")), expected, "{address}");
        }
    }
}
