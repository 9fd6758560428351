"""What people see: Streamlit pages and their parts; words come from words/, figures from service/."""
