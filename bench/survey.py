"""The two surveys as the benchmarks see them: features from a programme's view, outcome, folds.

The view's expressions are SQL; here DuckDB evaluates them, in the product its own engine does.
"""

import pathlib
import tomllib

import duckdb
import numpy
import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = {"mean": "avg", "any": "bool_or", "all": "bool_and", "first": "any_value"}
KEYS = {"costa-rica": ("idhogar", "Id"), "malawi": ("hid", "iid")}


def read_toml(survey, name):
    return tomllib.loads(pathlib.Path(ROOT, "programmes", survey, name).read_text(encoding="utf-8"))


def view(survey, data):
    """All columns of the survey's view, one row a household."""
    household, person = KEYS[survey]
    path = pathlib.Path(data, survey, "persons.csv.gz")
    connection = duckdb.connect()
    connection.execute("set error_on_division_by_zero = false; set ieee_floating_point_ops = false")
    connection.execute(
        f"create table person as select {household} as household, {person} as person, "
        f"* exclude ({household}, {person}) from read_csv('{path}', types = {{'{household}': 'VARCHAR'}}, sample_size = -1)"
    )
    aggregates, derived = [], []
    for column in read_toml(survey, "view.toml")["view"]["column"]:
        if "from" not in column:
            derived.append(column)
            continue
        kind = column["aggregate"]
        call = "count(*)" if kind == "count" else f"{NAMES.get(kind, kind)}({column['value']})"
        where = f" filter (where {column['where']})" if "where" in column else ""
        aggregates.append(f"{call}{where} as {column['id']}")
    query = f"select household, {', '.join(aggregates)} from person group by household"
    for column in derived:
        query = f"select *, {column['value']} as {column['id']} from ({query})"
    return connection.execute(query + " order by household").df().set_index("household")


class Survey:
    """Features, outcome, weights, groups and folds (one column a repeat), households in one order."""

    def __init__(self, name, data, features=None):
        household, _ = KEYS[name]
        model = read_toml(name, "models.toml")["model"][0]
        persons = pandas.read_csv(pathlib.Path(data, name, "persons.csv.gz"), dtype={household: str})
        folds = pandas.read_csv(pathlib.Path(data, name, "folds.csv"), dtype={household: str})
        folds = folds.set_index(household)
        if features is None:
            table = view(name, data)
        else:
            table = pandas.read_csv(features, dtype={"household": str}).set_index("household")
        self.name = name
        self.monotone = model.get("monotone", {})
        # Held in single precision, as the product holds them.
        self.features = table.loc[folds.index, model["features"]].astype("float32")
        self.folds = folds.to_numpy()
        if name == "costa-rica":
            heads = persons[persons.parentesco1 == 1].set_index(household).loc[folds.index]
            self.outcome = (heads.Target <= 2).to_numpy().astype(int)
            self.weights = numpy.ones(len(folds))
            self.groups = folds.index.to_numpy()
        else:
            first = persons.groupby(household).first().loc[folds.index]
            self.outcome = first.poor.to_numpy().astype(int)
            self.weights = first.wta_hh.to_numpy()
            self.groups = folds.index.str[:-3].to_numpy()
