"""A QuestionnaireResponse that somebody else wrote -> our answers, or every fault with its FHIRPath.

`read_response` (`reading.py`) is the one way in. It takes parsed JSON and asks no database: whom references name is
looked up by the services.
"""
