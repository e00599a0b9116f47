//! The origin inside haul, of the demo and the comparison.

use super::refused::Refused;
use crate::engine::options::{Options, Proxy};
use crate::input::words::Source;
use crate::origin::{Manners, Origin};

/// The origin inside haul with the options to reach it; a proxy would not know the way.
pub(super) fn origin(manners: Manners, options: Options) -> Result<(Origin, Vec<Source>, Options), Refused> {
    let origin = Origin::start(manners)
        .map_err(|error| Refused::Usage(format!("cannot open a port on the loopback interface: {error}")))?;
    let sources = origin.urls().into_iter().map(Source::Address).collect();
    Ok((origin, sources, Options { proxy: Proxy::None, ..options }))
}
