use std::path::PathBuf;

use glassbox::{ModelInfo, Prices, providers};

use crate::args::PricesArguments;
use crate::failure::Failure;

/// The variable that names the list of prices where there is no flag.
const PRICES_VARIABLE: &str = "GLASSBOX_PRICES";

/// The user's list of prices. `None` is the built-in one. An empty variable counts as unset.
pub(crate) fn list(arguments: &PricesArguments) -> Result<Option<Prices>, Failure> {
    let variable = || std::env::var_os(PRICES_VARIABLE).filter(|path| !path.is_empty());
    let Some(path) = arguments
        .prices
        .clone()
        .or_else(|| variable().map(PathBuf::from))
    else {
        return Ok(None);
    };
    let shown = path.display();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::usage(format!("cannot read the prices {shown}: {error}")))?;
    let prices = Prices::from_json(&text)
        .map_err(|error| Failure::usage(format!("cannot use the prices {shown}: {error}")))?;
    Ok(Some(prices))
}

/// Refuses a model whose calls would have no known cost: a limit on that could not be kept.
pub(crate) fn require(
    name: &str,
    info: &ModelInfo,
    prices: Option<&Prices>,
) -> Result<(), Failure> {
    let provider = name.trim().split('/').next();
    let says = providers()
        .iter()
        .any(|known| Some(known.name) == provider && known.reports_cost);
    let embedded = Prices::embedded();
    let rates = prices
        .unwrap_or(&embedded)
        .rates(&info.provider, &info.model);
    if says || rates.is_some() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "--max-cost needs to know what {} costs, and there is no price for it; give it one with --prices FILE, or leave \
         --max-cost out",
        name.trim()
    )))
}
