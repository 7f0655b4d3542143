import sys
size=sys.getsizeof
class B:
    def __init__(s): s.x=s.y=1
print([size(B().__dict__) for _ in range(4)])
b=B(); d=b.__dict__; print(size(d)); d['z']=1; print(size(d), B().__dict__); d[1]=1; print(size(d)); 
class C: pass
c=C(); c.a=1; d=c.__dict__; print(size(d)); e=d.copy(); print(size(e), size(dict(d))); print(d.popitem(), size(d)); c.q=1; print(d, size(d))
c=C(); c.a=1; d=c.__dict__; d.clear(); print(size(d)); c.x=1; print(d,size(d)); del c; print(size(d)); d['t']=1; print(size(d)); d.clear(); print(size(d))
c=C()
for i in range(40): setattr(c,'a%d'%i,i)
print(size(c.__dict__), len(c.__dict__)); 
c=C(); d=c.__dict__
for i in range(40): setattr(c,'b%d'%i,i)
print(size(d), size(c.__dict__), size(C().__dict__))
c=C(); c.a=1; d=c.__dict__; c.__dict__={}; print(size(d), size(c.__dict__)); c.k=1; print(d,c.__dict__)
