"""What people see: Streamlit pages and their panels; the words come from words/, the figures from service/."""
