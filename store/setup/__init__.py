"""Set-up without code: fields, picklists, pipelines and their stages, words. `SetupDesk` is how people do it; the rest is what
it and the importer are made of."""

from store.setup.choices import add_choices
from store.setup.desk import SetupDesk
from store.setup.fields import add_field
from store.setup.fresh import prepare
from store.setup.pipelines import add_stage, set_pipeline, stage_like
from store.setup.words import add_words, split_list

__all__ = ["SetupDesk", "add_choices", "add_field", "add_stage", "add_words", "prepare", "set_pipeline", "split_list", "stage_like"]
