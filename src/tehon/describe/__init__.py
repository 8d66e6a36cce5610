"""What a release says of itself: card, page, notices, licences, Croissant; and the pages of the docs."""
