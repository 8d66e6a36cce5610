"""Korean for tehon: a corpus made from the Unicode CLDR, a prompt frame, an evaluation task."""
