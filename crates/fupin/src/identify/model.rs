//! A trained model on disk: what it was trained for, its card, its parameters.

use std::path::Path;

use programme::Programme;
use serde::{Deserialize, Serialize};
use targeting::proxy_means::ProxyMeansModel;

use crate::console::Console;
use crate::failure::{Failure, Result};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredModel {
    pub format: u32,
    pub programme: String,
    pub programme_version: String,
    pub id: String,
    pub features: Vec<String>,
    pub model: ProxyMeansModel,
}

impl StoredModel {
    pub(crate) fn new(programme: &Programme, id: &str, features: &[String], model: ProxyMeansModel) -> Self {
        Self {
            format: 1,
            programme: programme.meta.id.get_ref().clone(),
            programme_version: programme.meta.version.clone(),
            id: id.to_owned(),
            features: features.to_vec(),
            model,
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|e| Failure::Model(e.to_string()))?;
        let mut aside = path.as_os_str().to_os_string();
        aside.push(".new");
        std::fs::write(&aside, text).map_err(Failure::file(&aside))?;
        std::fs::rename(&aside, path).map_err(Failure::file(path))
    }

    /// Reads a model and refuses one that was made for another programme or was never validated.
    pub(crate) fn read(path: &Path, programme: &Programme) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
        let stored: Self = serde_json::from_str(&text).map_err(|e| Failure::Model(format!("{} is not a model: {e}", path.display())))?;
        if stored.programme != *programme.meta.id.get_ref() {
            let message = format!("the model was made for programme `{}`, not `{}`", stored.programme, programme.meta.id.get_ref());
            return Err(Failure::Model(message));
        }
        let card = stored.model.card();
        if card.rows == 0 || card.positives == 0 || card.candidates.is_empty() {
            return Err(Failure::Model("FP0403: the model carries no validated outcome and was refused".to_owned()));
        }
        Ok(stored)
    }

    /// The card as a table.
    pub(crate) fn show(&self, console: &Console) {
        let card = self.model.card();
        let figure = |x: f64| format!("{x:.4}");
        let mut rows: Vec<Vec<String>> = card
            .candidates
            .iter()
            .enumerate()
            .map(|(place, c)| {
                let won = if place == card.winner { "*" } else { "" };
                vec![
                    format!("{}{won}", recipe(&c.recipe)),
                    figure(c.metrics.auc),
                    figure(c.metrics.log_loss),
                    figure(c.metrics.exclusion_error),
                ]
            })
            .collect();
        rows.sort_by(|a, b| a.get(2).cmp(&b.get(2)));
        rows.truncate(8);
        rows.push(vec![
            "calibrated".to_owned(),
            figure(card.metrics.auc),
            figure(card.metrics.log_loss),
            figure(card.metrics.exclusion_error),
        ]);
        let title = format!("{}: {} / {} — {}", self.id, card.positives, card.rows, card.reason);
        console.table(&title, &["candidate", "auc", "log_loss", "exclusion_error"], &rows);
    }
}

fn recipe(recipe: &targeting::proxy_means::Recipe) -> String {
    serde_json::to_string(recipe).unwrap_or_default().replace(['"', '{', '}'], "")
}
