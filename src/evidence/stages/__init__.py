"""The stages of a review, one module each: tables in, tables out."""
