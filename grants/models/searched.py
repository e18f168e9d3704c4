"""What a case is found by in the staff's search, as the database keeps it."""

# Of the row of grants_application that is being updated.
SEARCHED = """to_tsvector('norwegian', concat_ws(' ',
    (SELECT name FROM grants_applicant
     WHERE grants_applicant.id = grants_application.applicant_id),
    (SELECT string_agg(title, ' ') FROM grants_version
     WHERE application_id = grants_application.id AND sent_at IS NOT NULL)
))"""
