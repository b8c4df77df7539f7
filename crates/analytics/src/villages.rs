//! What the households of a part answered, as plain columns, for tests that compare villages and neighbours.
#![expect(clippy::wildcard_enum_match_arm, reason = "every type that is neither a measurement nor a code is a whole number here")]

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::util::display::array_value_to_string;
use programme::{ColumnType, Programme};
use targeting::signs::MISSING_ANSWER;

use crate::duplicates::Hash;
use crate::error::{Error, Result};
use crate::register::{Part, Register};
use crate::view::{ViewPlan, ViewReader};

/// The column that names who wrote the answers down.
const ENUMERATOR: &str = "enumerator";

/// One column of answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    pub name: String,
    /// The answers as codes: equal answers have equal codes; what is missing or zero has [`MISSING_ANSWER`].
    pub answers: Vec<u16>,
    /// The answers in minor units, for money; missing ones are zero.
    pub amounts: Option<Vec<i64>>,
}

/// A part's households; every vector has one entry a household.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    pub households: Vec<String>,
    /// Padded area code; 0 where it is missing.
    pub villages: Vec<i64>,
    pub income: Vec<Option<i64>>,
    pub line: Vec<Option<i64>>,
    /// Positions among the enumerators' names.
    pub enumerators: Vec<Option<usize>>,
    pub names: Vec<String>,
    pub questions: Vec<Question>,
}

/// What to read of a register whose households lie in areas.
pub struct AnswerPlan {
    plan: ViewPlan,
    area: String,
    measure: Option<String>,
    enumerator: Option<String>,
    /// The enumerator's name is declared as personal data.
    pub personal_enumerator: bool,
    questions: Vec<(String, ColumnType)>,
}

impl AnswerPlan {
    /// Nothing if the programme or the register has no areas. `plan` is one that nothing was required of yet.
    #[must_use]
    pub fn new(programme: &Programme, plan: &ViewPlan) -> Option<Self> {
        let mut plan = plan.clone();
        let present = |plan: &ViewPlan, name: &str| plan.scope.get(name).is_some_and(|column| !column.absent);
        let area = programme.view.area.as_ref().map(|area| area.get_ref().clone()).filter(|area| present(&plan, area))?;
        let measure = programme.lines.first().map(|line| line.part.measure.get_ref().clone());
        let measure = measure.filter(|name| present(&plan, name) && present(&plan, "line"));
        let columns = programme.table(&plan.base_table).map(|table| table.part.column.as_slice()).unwrap_or_default();
        let columns: Vec<_> = columns.iter().filter(|column| !column.derived() && present(&plan, column.name())).collect();
        let writer = columns.iter().find(|column| column.name() == ENUMERATOR && column.column_type == ColumnType::Text);
        // Yes and no agree too often between neighbours to tell anything.
        let told = |kind| matches!(kind, ColumnType::Money | ColumnType::Quantity | ColumnType::Integer | ColumnType::Code);
        let questions: Vec<(String, ColumnType)> = columns
            .iter()
            .filter(|column| !column.personal && !column.truth && told(column.column_type))
            .map(|column| (column.name().to_owned(), column.column_type))
            .collect();
        let enumerator = writer.map(|column| column.name().to_owned());
        let personal_enumerator = writer.is_some_and(|column| column.personal);
        let own =
            [Some(plan.key.as_str()), Some(area.as_str()), measure.as_deref(), measure.as_ref().map(|_| "line"), enumerator.as_deref()];
        let names = own.into_iter().flatten().chain(questions.iter().map(|(name, _)| name.as_str()));
        let wanted: Vec<usize> = names.filter_map(|name| plan.scope.position(name)).collect();
        plan.require(&wanted);
        plan.settle();
        Some(Self { plan, area, measure, enumerator, personal_enumerator, questions })
    }

    /// Reads one part.
    pub fn read(&self, register: &Register, part: &Part) -> Result<Answers> {
        let mut answers = Answers::default();
        for (name, kind) in &self.questions {
            let amounts = (*kind == ColumnType::Money).then(Vec::new);
            answers.questions.push(Question { name: name.clone(), answers: Vec::new(), amounts });
        }
        for batch in ViewReader::open(&self.plan, register, part)? {
            let view = batch?.view;
            let column = |name: &str| view.column_by_name(name).ok_or_else(|| Error::Invalid(format!("the view has no column `{name}`")));
            let keys = column(&self.plan.key)?;
            for row in 0..view.num_rows() {
                answers.households.push(array_value_to_string(keys, row)?);
            }
            answers.villages.extend(wholes(column(&self.area)?)?.into_iter().map(|code| code.unwrap_or(0)));
            match &self.measure {
                Some(measure) => {
                    answers.income.extend(wholes(column(measure)?)?);
                    answers.line.extend(wholes(column("line")?)?);
                }
                None => {
                    answers.income.resize(answers.households.len(), None);
                    answers.line.resize(answers.households.len(), None);
                }
            }
            match &self.enumerator {
                Some(name) => enumerators(column(name)?, &mut answers),
                None => answers.enumerators.resize(answers.households.len(), None),
            }
            for ((name, kind), question) in self.questions.iter().zip(&mut answers.questions) {
                codes(column(name)?, *kind, question)?;
            }
        }
        Ok(answers)
    }
}

fn wholes(array: &ArrayRef) -> Result<Vec<Option<i64>>> {
    Ok(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().iter().collect())
}

/// Names stand together, village by village: the last ones are the likeliest.
fn enumerators(array: &ArrayRef, answers: &mut Answers) {
    let Some(texts) = array.as_string_opt::<i32>() else {
        answers.enumerators.resize(answers.households.len(), None);
        return;
    };
    for name in texts {
        let place = name.filter(|name| !name.is_empty()).map(|name| {
            answers.names.iter().rposition(|known| known == name).unwrap_or_else(|| {
                answers.names.push(name.to_owned());
                answers.names.len() - 1
            })
        });
        answers.enumerators.push(place);
    }
}

/// A code of an answer: two different answers share one once in 65,535, which the chance of matches takes into account.
fn code(hash: Hash) -> u16 {
    u16::try_from(hash.end() % u64::from(MISSING_ANSWER)).unwrap_or(0)
}

fn codes(array: &ArrayRef, kind: ColumnType, question: &mut Question) -> Result<()> {
    let of = |number: Option<i64>| number.filter(|number| *number != 0).map_or(MISSING_ANSWER, |number| code(Hash::new().whole(number)));
    match kind {
        ColumnType::Quantity => {
            let values = cast(array, &DataType::Float64)?;
            let bits = |value: f64| i64::from_ne_bytes(value.to_bits().to_ne_bytes());
            question.answers.extend(values.as_primitive::<Float64Type>().iter().map(|value| of(value.map(|value| bits(value + 0.0)))));
        }
        ColumnType::Code => {
            // A register holds codes as dictionaries.
            let texts = cast(array, &DataType::Utf8)?;
            question.answers.extend(texts.as_string::<i32>().iter().map(|t| t.map_or(MISSING_ANSWER, |t| code(Hash::new().text(t)))));
        }
        _ => {
            let values = wholes(array)?;
            question.answers.extend(values.iter().map(|value| of(*value)));
            if let Some(amounts) = &mut question.amounts {
                amounts.extend(values.into_iter().map(|value| value.unwrap_or(0)));
            }
        }
    }
    Ok(())
}
