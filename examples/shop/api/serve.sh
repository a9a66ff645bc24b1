exec nc -lk -p 4000 -e echo ok
