"""The facts: records, who may see what, queries, measures, proposals, audit, import and export."""
